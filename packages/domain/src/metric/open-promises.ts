import { anId } from '../ruleset/language/texts';
import { CountedElsewhere } from './accumulators/elsewhere';
import type { MetricKind } from './metric-kind';
import { COUNTS } from './rule-parts';

export interface OpenPromisesRule {
  readonly openPromises: string;
}

/** How many promises of one id are open. */
export const openPromises: MetricKind<OpenPromisesRule> = {
  shape: {
    kind: 'object',
    fields: { openPromises: { shape: anId, required: true, doc: 'Counts the open promises of this id.' } },
  },
  read: ({ openPromises: promise }) => ({
    intakes: [],
    elsewhere: { what: 'openPromises', promise },
    range: COUNTS,
    countsUp: false,
    text: () => `open promises ${promise}`,
    createMetric: (sources) => new CountedElsewhere(sources.openPromises(promise)),
  }),
};
