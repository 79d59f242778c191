import { metricText } from '../metric';
import { formatCondition } from './format-condition';
import { markdownOf } from './language/markdown';
import { RULESET_LANGUAGE } from './language/ruleset-language';
import { TEXTS } from './language/texts';
import type { EvidenceRule, Gives, PromiseRule, Ruleset, Texts, TypePattern } from './ruleset';

/** The reference of the ruleset language as a Markdown page. */
export const rulesetLanguageMarkdown = (): string =>
  markdownOf(
    RULESET_LANGUAGE,
    TEXTS,
    'The ruleset language',
    'A ruleset says how touchpoints become a relationship: what is evidence for which factor, what is owed, how stages follow from it, which signals are raised. It is a document in YAML or JSON. Unknown keys are errors, so that typing mistakes are found. Durations are ISO 8601; months and years have no fixed length and are refused. `rapport ruleset lint FILE` checks a document, `rapport ruleset show` prints the one in force.',
  );

const pattern = (types: TypePattern): string => (typeof types === 'string' ? types : types.join(', '));

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

const deadline = (rule: PromiseRule): string => (rule.within === undefined ? `by ${rule.by}` : `within ${rule.within}`);

/**
 * One ruleset as a Markdown page, for people who do not read YAML: factors, metrics, stages, signals, promises and
 * evidence with their reasons in the language asked for (English where a text is missing).
 */
export const rulesetMarkdown = (ruleset: Ruleset, language = 'en'): string =>
  `${[
    `# Ruleset ${ruleset.ruleset}, version ${ruleset.version}`,
    '',
    word(ruleset.description, language),
    '',
    '## Factors',
    '',
    ...table(
      ['factor', 'name', 'half-life', 'prior'],
      Object.entries(ruleset.factors).map(([id, rule]) =>
        row(id, word(rule.label, language), rule.halfLife, (rule.prior ?? [2, 2]).join(' : ')),
      ),
    ),
    '## Metrics',
    '',
    ...table(
      ['metric', 'name', 'computed as'],
      Object.entries(ruleset.metrics ?? {}).map(([id, rule]) => row(id, word(rule.label, language), metricText(rule))),
    ),
    '## Stages',
    '',
    ...table(
      ['stage', 'name', 'entered when', 'held while'],
      ruleset.stages.map((rule) =>
        row(
          rule.id,
          word(rule.label, language),
          rule.enter === undefined ? 'from the first touchpoint' : formatCondition(rule.enter),
          rule.enter === undefined
            ? 'always'
            : `${formatCondition(rule.stay ?? rule.enter)}${rule.minStay === undefined ? '' : `; at least ${rule.minStay}`}`,
        ),
      ),
    ),
    '## Signals',
    '',
    ...table(
      ['signal', 'name', 'raised when', 'cleared when'],
      (ruleset.signals ?? []).map((rule) =>
        row(
          rule.id,
          word(rule.label, language),
          formatCondition(rule.raise),
          rule.clear === undefined ? 'no longer raised' : formatCondition(rule.clear),
        ),
      ),
    ),
    '## Promises',
    '',
    ...table(
      ['promise', 'name', 'made by', 'kept by', 'when kept', 'when broken'],
      (ruleset.promises ?? []).map((rule) =>
        row(
          rule.id,
          word(rule.label, language),
          pattern(rule.made),
          `${pattern(rule.kept)} ${deadline(rule)}`,
          gives(rule.whenKept),
          gives(rule.whenBroken),
        ),
      ),
    ),
    '## Evidence',
    '',
    ...table(
      ['rule', 'reason', 'on', 'when', 'gives'],
      (ruleset.evidence ?? []).map((rule) =>
        row(
          rule.id,
          word(rule.reason, language),
          pattern(rule.on),
          rule.when === undefined ? '' : formatCondition(rule.when),
          `${gives(rule.gives)}${scale(rule)}${rule.atMost === undefined ? '' : `; at most ${rule.atMost.times} in ${rule.atMost.within}`}`,
        ),
      ),
    ),
  ]
    .join('\n')
    .trimEnd()}\n`;
