import { groupBy } from 'fp-ts/NonEmptyArray';
import { DAY } from '../time/instant';
import { type Catalogue, standardCatalogue } from './catalogue';
import { FUTURE_TOLERANCE } from './decode-touchpoint';
import { describeCatalogue, type FieldDescription, type TypeDescription } from './describe-catalogue';
import { MAX_DATA_BYTES, MAX_DATA_DEPTH } from './plain-json';
import { segmentEvents } from './segment-events';
import { MAX_ID_LENGTH } from './text';
import { OWN_SOURCE } from './touchpoint';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`).join('\n');

const fieldRow = ({ name, type, required, description }: FieldDescription): readonly string[] => [
  `\`${name}\``,
  type,
  required ? 'required' : '',
  description,
];

const typeSection = (type: TypeDescription): string =>
  [
    `### \`${type.type}\``,
    type.description,
    ...(type.subject === 'staff' ? ['It stands in the stream of a member of staff, who is its `customer`.'] : []),
    ...(type.versions.length > 1
      ? [`Schema versions ${type.versions.join(', ')}; the fields are those of the newest.`]
      : []),
    ...(type.segment.length > 0 ? [`Segment: ${type.segment.map((event) => `“${event}”`).join(', ')}.`] : []),
    ...(type.fields.length > 0 ? [table(['field', 'type', '', 'meaning'], type.fields.map(fieldRow))] : []),
  ].join('\n\n');

const familySection = (family: string, types: readonly TypeDescription[]): string => {
  const method = types[0]?.method ?? 'none';
  return [
    `## ${family.charAt(0).toUpperCase()}${family.slice(1)}`,
    ...(method === 'none' ? [] : [`Method: ${method}.`]),
    ...types.map(typeSection),
  ].join('\n\n');
};

const INTRODUCTION = `# Touchpoints

Every type of touchpoint, with the main fields of its data. This page is generated from the codecs that decode them.

A missing field is unknown, a wrong one is refused. Every field may be left out or \`null\` unless it is marked
required, and a field that is present must be right. Fields that are not listed are kept.

- **Money** is a number in the account's currency or \`{amount, currency}\`. It is recorded as the number, with
  \`currency\` beside it at the top of the data, so that rules can compare it. A touchpoint has one currency.
- **Instants** are RFC 3339 with an offset. A touchpoint may lie at most ${FUTURE_TOLERANCE / (DAY / 24)} hour ahead of the receiver's clock and not
  before 1900.
- **Ids** are texts of 1 to ${MAX_ID_LENGTH} characters without control characters. In data, a whole number is taken as its text.
- **Source** is the sender; \`${OWN_SOURCE}\` is the engine's own and refused from others.
- **Data** is at most ${MAX_DATA_BYTES / 1024 ** 2} MiB of JSON, nested ${MAX_DATA_DEPTH} deep.`;

const segmentSection = (): string =>
  [
    '## Segment',
    'Calls of type `track` are translated by this table; properties that it does not name keep their name, in camelCase. `products` become `items`, with `sku` or else `product_id` as `sku`. `alias` becomes `customer.merged`.',
    table(
      ['event', 'touchpoint', 'fields', 'unless stated'],
      segmentEvents.map(({ event, type, fields = {}, defaults = {} }) => [
        event,
        `\`${type}\``,
        Object.entries(fields)
          .map(([field, from]) => `\`${field}\` from ${from.map((name) => `\`${name}\``).join(', else ')}`)
          .join('; '),
        Object.entries(defaults)
          .map(([field, value]) => `\`${field}\` is \`${value}\``)
          .join('; '),
      ]),
    ),
  ].join('\n\n');

/** The text of docs/reference/touchpoints.md. */
export const catalogueMarkdown = (catalogue: Catalogue = standardCatalogue): string => {
  const families = groupBy(({ family }: TypeDescription) => family)([...describeCatalogue(catalogue)]);
  const sections = Object.entries(families).map(([family, types]) => familySection(family, types));
  return `${[INTRODUCTION, ...sections, segmentSection()].join('\n\n')}\n`;
};
