import type { Program } from '@rapport/domain';
import type { RelationshipAt } from '@rapport/engine';
import type { Column, Row } from '@rapport/files';

/** The columns of a table of relationships under a ruleset. */
export const relationshipColumns = ({ factors, metricIds }: Program): readonly Column[] => [
  { name: 'customer', type: 'text' },
  { name: 'stage', type: 'text' },
  { name: 'since', type: 'instant' },
  ...factors.map(({ id }) => ({ name: `factor_${id}`, type: 'double' as const })),
  ...factors.map(({ id }) => ({ name: `confidence_${id}`, type: 'double' as const })),
  ...metricIds.map((id) => ({ name: `metric_${id}`, type: 'double' as const })),
  { name: 'signals', type: 'json' },
  { name: 'openPromises', type: 'integer' },
  { name: 'openComplaints', type: 'integer' },
  { name: 'touchpoints', type: 'integer' },
  { name: 'firstTouchpointAt', type: 'instant' },
  { name: 'lastTouchpointAt', type: 'instant' },
];

const prefixed = (prefix: string, values: Readonly<Record<string, number | null>>): Row =>
  Object.fromEntries(Object.entries(values).map(([id, value]) => [`${prefix}_${id}`, value]));

export const relationshipRow = ({ factors, confidences, metrics, ...rest }: RelationshipAt): Row => ({
  ...rest,
  ...prefixed('factor', factors),
  ...prefixed('confidence', confidences),
  ...prefixed('metric', metrics),
});
