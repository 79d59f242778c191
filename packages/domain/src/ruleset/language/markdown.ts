import {
  type Definition,
  definitionOf,
  type Field,
  type KeyRule,
  type Language,
  type ObjectShape,
  type Shape,
  type TextShape,
} from './shape';

const code = (text: string): string => `\`${text}\``;

const link = (language: Language, name: string): string => {
  const title = definitionOf(language, name).title.toLowerCase();
  return `[${title}](#${title.replaceAll(' ', '-')})`;
};

/** What a value is, in a cell of a table. */
const describe = (language: Language, shape: Shape): string => {
  switch (shape.kind) {
    case 'text':
      return shape.name;
    case 'number':
      return shape.what;
    case 'truth':
      return shape.only === true ? '`true`' : '`true` or `false`';
    case 'scalar':
      return 'a text, a number, `true`, `false` or `null`';
    case 'list':
      return `a list: ${describe(language, shape.of)}${shape.first === undefined ? '' : `, the first one ${describe(language, shape.first)}`}`;
    case 'tuple':
      return `[${shape.of.map((part) => describe(language, part)).join(', ')}]`;
    case 'one-or-more':
      return `${describe(language, shape.of)}, or a list of these`;
    case 'record':
      return `an object; keys: ${describe(language, shape.keys)}; values: ${describe(language, shape.of)}`;
    case 'object':
      return `an object of ${Object.entries(shape.fields)
        .map(([key, field]) => `${code(key)} (${describe(language, field.shape)}: ${lowerFirst(field.doc)})`)
        .join(', ')}`;
    case 'choice':
      return `an object with one of ${Object.keys(shape.variants).map(code).join(', ')}`;
    case 'named':
      return link(language, shape.name);
    case 'json-schema':
      return 'a JSON Schema (draft 7)';
  }
};

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');

const row = (language: Language, key: string, field: Field): string =>
  `| ${code(key)} | ${field.required === true ? 'yes' : ''} | ${describe(language, field.shape)} | ${field.doc} |`;

const ruleText = (rule: KeyRule): string => {
  if ('notTogether' in rule) return `${rule.notTogether.map(code).join(' and ')} exclude each other.`;
  if ('atLeastOne' in rule) return `At least one of ${rule.atLeastOne.map(code).join(', ')}.`;
  return `Exactly one of ${rule.exactlyOne.map(code).join(', ')}.`;
};

const table = (language: Language, shape: ObjectShape): readonly string[] => [
  '| key | required | value | meaning |',
  '|---|---|---|---|',
  ...Object.entries(shape.fields).map(([key, field]) => row(language, key, field)),
  '',
  ...(shape.rules ?? []).flatMap((rule) => [ruleText(rule), '']),
];

const section = (language: Language, definition: Definition): readonly string[] => [
  `## ${definition.title}`,
  '',
  definition.doc,
  '',
  ...(definition.shape.kind === 'object' ? table(language, definition.shape) : []),
  ...(definition.shape.kind === 'choice'
    ? Object.entries(definition.shape.variants).flatMap(([key, variant]) => [
        `### With ${code(key)}`,
        '',
        ...table(language, variant),
      ])
    : []),
  ...(definition.example === undefined ? [] : ['```yaml', definition.example, '```', '']),
];

const glossary = (texts: readonly TextShape[]): readonly string[] => [
  'Words used for values:',
  '',
  ...texts.map(({ name, what }) => `- **${name}**: ${what}.`),
  '',
];

/** The reference page of a language: a section per definition, from the same table as codec and JSON Schema. */
export const markdownOf = (language: Language, texts: readonly TextShape[], title: string, opening: string): string =>
  `${[`# ${title}`, '', opening, '', ...glossary(texts), ...Object.values(language).flatMap((definition) => section(language, definition))].join('\n').trimEnd()}\n`;
