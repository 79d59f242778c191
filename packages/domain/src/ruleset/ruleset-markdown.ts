import { metricText } from '../metric';
import { typesText } from '../metric/rule-parts';
import { formatCondition } from './format-condition';
import { markdownOf } from './language/markdown';
import { RULESET_LANGUAGE } from './language/ruleset-language';
import { TEXTS } from './language/texts';
import type { EvidenceRule, Gives, PromiseRule, Ruleset, StageRule, Texts } from './ruleset';

/** The reference of the ruleset language as a Markdown page. */
export const rulesetLanguageMarkdown = (): string =>
  markdownOf(
    RULESET_LANGUAGE,
    TEXTS,
    'The ruleset language',
    'A ruleset says how touchpoints become a relationship: what is evidence for which factor, what is owed, how stages follow from it, which signals are raised. It is a document in YAML or JSON. Unknown keys are errors, so that typing mistakes are found. Durations are ISO 8601; months and years have no fixed length and are refused. `rapport ruleset lint FILE` checks a document, `rapport ruleset show` prints the one in force.',
  );

const gives = (weights: Gives = {}): string =>
  Object.entries(weights)
    .map(([factor, weight]) => `${factor} ${weight > 0 ? '+' : ''}${weight}`)
    .join(', ');

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

const table = (head: readonly string[], rows: readonly string[]): readonly string[] =>
  rows.length === 0 ? ['None.', ''] : [row(...head), row(...head.map(() => '---')), ...rows, ''];

const word = (texts: Texts | undefined, language: string): string => texts?.[language] ?? texts?.en ?? '';

const scale = (rule: EvidenceRule): string => {
  if (rule.scale === undefined) return '';
  const points = 'map' in rule.scale ? Object.entries(rule.scale.map) : rule.scale.curve;
  return ` × ${rule.scale.field} (${points.map(([x, y]) => `${x}: ${y}`).join(', ')}; else ${rule.scale.default ?? 1})`;
};

const limit = ({ atMost }: EvidenceRule): string =>
  atMost === undefined ? '' : `; at most ${atMost.times} in ${atMost.within}`;

const enteredWhen = ({ enter }: StageRule): string =>
  enter === undefined ? 'from the first touchpoint' : formatCondition(enter);

const heldWhile = ({ enter, stay = enter, minStay }: StageRule): string => {
  if (enter === undefined || stay === undefined) return 'always';
  return `${formatCondition(stay)}${minStay === undefined ? '' : `; at least ${minStay}`}`;
};

const deadline = (rule: PromiseRule): string => (rule.within === undefined ? `by ${rule.by}` : `within ${rule.within}`);

type Section = readonly [title: string, head: readonly string[], rows: readonly string[]];

/** The parts of a ruleset that become a table, each with the words in one language. */
const sections = (ruleset: Ruleset, language: string): readonly Section[] => {
  const text = (texts: Texts | undefined): string => word(texts, language);
  return [
    [
      'Factors',
      ['factor', 'name', 'half-life', 'prior'],
      Object.entries(ruleset.factors).map(([id, { label, halfLife, prior = [2, 2] }]) =>
        row(id, text(label), halfLife, prior.join(' : ')),
      ),
    ],
    [
      'Metrics',
      ['metric', 'name', 'computed as'],
      Object.entries(ruleset.metrics ?? {}).map(([id, rule]) => row(id, text(rule.label), metricText(rule))),
    ],
    [
      'Stages',
      ['stage', 'name', 'entered when', 'held while'],
      ruleset.stages.map((rule) => row(rule.id, text(rule.label), enteredWhen(rule), heldWhile(rule))),
    ],
    [
      'Signals',
      ['signal', 'name', 'raised when', 'cleared when'],
      (ruleset.signals ?? []).map(({ id, label, raise, clear }) =>
        row(id, text(label), formatCondition(raise), clear === undefined ? 'no longer raised' : formatCondition(clear)),
      ),
    ],
    [
      'Promises',
      ['promise', 'name', 'made by', 'kept by', 'when kept', 'when broken'],
      (ruleset.promises ?? []).map((rule) =>
        row(
          rule.id,
          text(rule.label),
          typesText(rule.made),
          `${typesText(rule.kept)} ${deadline(rule)}`,
          gives(rule.whenKept),
          gives(rule.whenBroken),
        ),
      ),
    ],
    [
      'Evidence',
      ['rule', 'reason', 'on', 'when', 'gives'],
      (ruleset.evidence ?? []).map((rule) =>
        row(
          rule.id,
          text(rule.reason),
          typesText(rule.on),
          rule.when === undefined ? '' : formatCondition(rule.when),
          `${gives(rule.gives)}${scale(rule)}${limit(rule)}`,
        ),
      ),
    ],
  ];
};

/**
 * One ruleset as a Markdown page, for people who do not read YAML: factors, metrics, stages, signals, promises and
 * evidence with their reasons in the language asked for (English where a text is missing).
 */
export const rulesetMarkdown = (ruleset: Ruleset, language = 'en'): string => {
  const lines = [
    `# Ruleset ${ruleset.ruleset}, version ${ruleset.version}`,
    '',
    word(ruleset.description, language),
    '',
    ...sections(ruleset, language).flatMap(([title, head, rows]) => [`## ${title}`, '', ...table(head, rows)]),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
};
