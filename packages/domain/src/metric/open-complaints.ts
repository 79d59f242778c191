import { CountedElsewhere } from './accumulators/elsewhere';
import type { MetricKind } from './metric-kind';
import { COUNTS } from './rule-parts';

export interface OpenComplaintsRule {
  readonly openComplaints: true;
}

/** How many complaint cases are open. */
export const openComplaints: MetricKind<OpenComplaintsRule> = {
  shape: {
    kind: 'object',
    fields: {
      openComplaints: {
        shape: { kind: 'truth', only: true },
        required: true,
        doc: 'Counts the open complaint cases.',
      },
    },
  },
  read: () => ({
    intakes: [],
    elsewhere: { what: 'openComplaints' },
    range: COUNTS,
    countsUp: false,
    text: () => 'open complaints',
    createMetric: (sources) => new CountedElsewhere(() => sources.openComplaints()),
  }),
};
