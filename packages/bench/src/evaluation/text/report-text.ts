import type { EvaluationReport } from '../evaluation';
import { type Style, table } from './print';
import { realText } from './real-text';
import { simulatedText } from './simulated-text';

/** The whole report, for a terminal. */
export const reportText = (style: Style, { ruleset, real, simulated, requirements }: EvaluationReport): string =>
  [
    `Ruleset ${ruleset.name} ${ruleset.version} (${ruleset.hash.slice(0, 12)}). Intervals: 95 %, customers drawn again with replacement, seed ${simulated.seed}.`,
    '',
    ...(real === undefined ? [] : [realText(style, real), '']),
    simulatedText(style, simulated),
    '',
    style.bold('Requirements'),
    table(
      style,
      ['', 'requires', 'measured'],
      requirements.map(({ met, requires, measured }) => [
        met ? style.green('ok') : style.red('NOT met'),
        requires,
        measured,
      ]),
    ),
  ].join('\n');
