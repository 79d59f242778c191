import { backUp, shellWord } from '@rapport/data-directory';
import { type Cli, printJson } from '../cli';
import { interruptible } from '../exit';
import { counted } from '../output/numbers';

/** `rapport backup`: a consistent copy of what cannot be rebuilt. */
export const backupCommand = async (cli: Cli, directory: string): Promise<void> => {
  const report = await interruptible('The copy is not complete: remove it, and run the same command again.', () =>
    backUp(cli, cli.data, directory),
  );
  if (cli.json) return printJson(cli, report);
  cli.print(
    `${directory}: ${counted(report.events, 'event')}, ${counted(report.rulesets, 'ruleset')}${report.access ? ', keys and access log' : ''}${report.subscriptions ? ', subscriptions' : ''}.`,
  );
  if (report.leftOut.length > 0) cli.note(`Not copied: ${report.leftOut.join(', ')} (what intake refused).`);
  cli.note(
    `A backup that was never checked is a hope: rapport rebuild --data ${shellWord(directory)}; rapport verify --data ${shellWord(directory)}`,
  );
};
