import {
  diffRulesets,
  formatCondition,
  metricText,
  type Ruleset,
  rulesetHash,
  type StageRule,
  type TypePattern,
} from '@rapport/domain';
import { rulesetName } from '@rapport/engine';
import { type Cli, printJson } from '../cli';
import { EXIT, type ExitCode } from '../exit';
import { commandLine } from '../output/command-line';
import { counted } from '../output/numbers';
import { section } from '../output/relationship';
import { plain } from '../output/style';
import { table } from '../output/table';
import { BUILT_IN, lintFile, problemLines, rulesetFrom } from '../rulesets';

/** `rapport ruleset lint`: every problem with its place; exit 1 when the ruleset would be refused. */
export const lintCommand = async (cli: Cli, file: string): Promise<ExitCode> => {
  const { ruleset, problems } = lintFile(file);
  if (cli.json) await printJson(cli, { file, accepted: ruleset !== undefined, problems });
  for (const line of problemLines(file, problems)) cli.print(plain(line));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  if (ruleset === undefined) {
    cli.print(`\n${cli.style.red('refused')}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`);
    return EXIT.no;
  }
  cli.print(
    `${problems.length > 0 ? '\n' : ''}${cli.style.green('accepted')}: ${ruleset.ruleset} ${ruleset.version}, ${counted(warnings, 'warning')}, ${rulesetHash(ruleset)}`,
  );
  return EXIT.done;
};

const IN_FORCE = 'in-force';

/** The ruleset a person names: a file, `retail`, or (`in-force`, and by default) the one of the data directory. */
const named = async (cli: Cli, name: string | undefined): Promise<Ruleset> => {
  if (name !== undefined && name !== IN_FORCE) return rulesetFrom(cli, name);
  const { rulesetInForceAt } = require('@rapport/data-directory') as typeof import('@rapport/data-directory');
  return (await rulesetInForceAt(cli.data)).ruleset;
};

const pattern = (types: TypePattern): string => [types].flat().join(', ');

const stageText = ({ enter, stay, minStay }: StageRule): string =>
  [
    enter === undefined ? 'where everyone begins' : `enter when ${formatCondition(enter)}`,
    ...(stay === undefined ? [] : [`stay while ${formatCondition(stay)}`]),
    ...(minStay === undefined ? [] : [`at least ${minStay}`]),
  ].join('\n');

const rulesetLines = (cli: Cli, ruleset: Ruleset): readonly string[] => {
  const wide = cli.width - 24;
  const rows = (entries: readonly (readonly [string, string])[]): readonly string[] =>
    entries.length === 0
      ? []
      : [
          table(
            [
              { title: '', width: 20 },
              { title: '', width: wide },
            ],
            entries,
          ),
        ];
  const gives = (weights: Readonly<Record<string, number>>): string =>
    Object.entries(weights)
      .map(([factor, weight]) => `${factor} ${weight > 0 ? '+' : '−'}${Math.abs(weight)}`)
      .join(', ');
  return [
    `${cli.style.bold(plain(ruleset.ruleset))} ${ruleset.version}  ${cli.style.dim(rulesetHash(ruleset))}`,
    ...(ruleset.description?.en === undefined ? [] : [plain(ruleset.description.en)]),
    ...section('Stages', rows(ruleset.stages.map((stage) => [stage.id, stageText(stage)])), cli),
    ...section(
      'Factors',
      rows(
        Object.entries(ruleset.factors).map(([id, { halfLife, prior = [2, 2] }]) => [
          id,
          `half-life ${halfLife}, prior ${prior[0]} : ${prior[1]}`,
        ]),
      ),
      cli,
    ),
    ...section('Metrics', rows(Object.entries(ruleset.metrics ?? {}).map(([id, rule]) => [id, metricText(rule)])), cli),
    ...section(
      'Evidence',
      rows(
        (ruleset.evidence ?? []).map(({ id, on, when, gives: weights, atMost }) => [
          id,
          [
            `${pattern(on)}${when === undefined ? '' : ` when ${formatCondition(when)}`}`,
            `gives ${gives(weights)}${atMost === undefined ? '' : `, at most ${atMost.times} times within ${atMost.within}`}`,
          ].join('\n'),
        ]),
      ),
      cli,
    ),
    ...section(
      'Promises',
      rows(
        (ruleset.promises ?? []).map(({ id, made, within, by, kept, whenKept = {}, whenBroken = {} }) => [
          id,
          [
            `${pattern(made)} is followed by ${pattern(kept)} ${within === undefined ? `by ${by}` : `within ${within}`}`,
            ...(Object.keys(whenKept).length > 0 ? [`kept: ${gives(whenKept)}`] : []),
            ...(Object.keys(whenBroken).length > 0 ? [`broken: ${gives(whenBroken)}`] : []),
          ].join('\n'),
        ]),
      ),
      cli,
    ),
    ...section('Signals', rows((ruleset.signals ?? []).map(({ id, raise }) => [id, formatCondition(raise)])), cli),
    ...section(
      'Cross-sell',
      ruleset.crossSell?.when === undefined ? [] : rows([['offered when', formatCondition(ruleset.crossSell.when)]]),
      cli,
    ),
  ];
};

export interface ShowRulesetOptions {
  readonly format?: 'yaml' | 'json';
}

/** `rapport ruleset show`. */
export const showRulesetCommand = async (
  cli: Cli,
  file: string | undefined,
  { format }: ShowRulesetOptions,
): Promise<void> => {
  const ruleset = await named(cli, file);
  if (cli.json || format === 'json') return cli.write(`${JSON.stringify(ruleset, null, 2)}\n`);
  if (format === 'yaml') {
    const { stringify } = await import('yaml');
    return cli.write(stringify(ruleset, { lineWidth: 120 }));
  }
  cli.print(rulesetLines(cli, ruleset).join('\n'));
};

/** `rapport ruleset diff`: by id, not by line; exit 1 when something differs. */
export const diffCommand = async (cli: Cli, before: string, after: string): Promise<ExitCode> => {
  const [a, b] = [await named(cli, before), await named(cli, after)];
  const differences = diffRulesets(a, b);
  if (cli.json)
    await printJson(cli, {
      before: rulesetName(a, rulesetHash(a)),
      after: rulesetName(b, rulesetHash(b)),
      differences,
    });
  const marks = { added: cli.style.green('+'), removed: cli.style.red('−'), changed: cli.style.yellow('~') };
  for (const { kind, text } of differences) cli.print(`${marks[kind]} ${plain(text)}`);
  if (differences.length === 0) {
    cli.print('They say the same.');
    return EXIT.done;
  }
  const other = after === BUILT_IN || after === IN_FORCE ? 'FILE' : after;
  cli.note(
    `\n${counted(differences.length, 'difference')}. Who would change stage: ${commandLine(cli, 'replay', '--ruleset', other, '--compare')}`,
  );
  return EXIT.no;
};
