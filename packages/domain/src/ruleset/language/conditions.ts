import { COMPARISONS } from '../comparison';
import type { Definition, Field, ObjectShape, Shape, TextShape } from './shape';
import { aField, aNumber, anId, anyText } from './texts';

const comparisons: Readonly<Record<string, Field>> = {
  atLeast: { shape: aNumber, doc: 'Holds at this number and above it.' },
  above: { shape: aNumber, doc: 'Holds above this number only.' },
  atMost: { shape: aNumber, doc: 'Holds at this number and below it.' },
  below: { shape: aNumber, doc: 'Holds below this number only.' },
};

const logic = (name: string): Readonly<Record<string, ObjectShape>> => {
  const inner: Shape = { kind: 'named', name };
  const several: Shape = { kind: 'list', of: inner, min: 1 };
  return {
    all: { kind: 'object', fields: { all: { shape: several, required: true, doc: 'Every one of these holds.' } } },
    any: { kind: 'object', fields: { any: { shape: several, required: true, doc: 'At least one of these holds.' } } },
    not: { kind: 'object', fields: { not: { shape: inner, required: true, doc: 'This does not hold.' } } },
  };
};

const compared = (key: string, doc: string): ObjectShape => ({
  kind: 'object',
  fields: { [key]: { shape: anId, required: true, doc }, ...comparisons },
  rules: [{ atLeastOne: COMPARISONS }],
});

const single = (key: string, shape: Shape, doc: string): ObjectShape => ({
  kind: 'object',
  fields: { [key]: { shape, required: true, doc } },
});

const oneOrMoreIds = (of: TextShape): Shape => ({ kind: 'one-or-more', of });

export const eventCondition: Definition = {
  title: 'Event condition',
  doc: 'A condition on the current touchpoint and the state it meets, used in `when`, `where`, `madeWhen` and `keptWhen`. Several comparisons in one condition must all hold for the same value. Arrays on the way of a `data` field are flattened; any value may satisfy the condition. A missing field fails every comparison except `exists: false`. Numbers are compared only with numbers. Fields: `data.<path>`, `type`, `source`, `staff`, `case.<name>`, `metric.<id>`, `factor.<id>`, `stage`, `consent.<purpose>`.',
  example:
    'all:\n  - { field: data.outcome, is: satisfied }\n  - { field: case.ageDays, atMost: 2 }\n  - not: { field: case.priorCases, atLeast: 1 }',
  shape: {
    kind: 'choice',
    variants: {
      field: {
        kind: 'object',
        fields: {
          field: { shape: aField, required: true, doc: 'The field to compare.' },
          is: { shape: { kind: 'scalar' }, doc: 'Equals this.' },
          in: { shape: { kind: 'list', of: { kind: 'scalar' }, min: 1 }, doc: 'Equals one of these.' },
          exists: { shape: { kind: 'truth' }, doc: 'Whether the field is there.' },
          ...comparisons,
        },
        rules: [{ atLeastOne: ['is', 'in', 'exists', ...COMPARISONS] }],
      },
      ...logic('eventCondition'),
    },
  },
};

export const stateCondition: Definition = {
  title: 'State condition',
  doc: 'A condition on the state alone, used in stages, signals and `crossSell.when`. Every comparison is monotone between touchpoints, so the instant at which it flips can be computed.',
  example:
    'all:\n  - { metric: activity, atLeast: 2 }\n  - { factor: trust, atLeast: 50 }\n  - any:\n      - { consent: marketing }\n      - { stage: [strengthen, loyal] }',
  shape: {
    kind: 'choice',
    variants: {
      metric: compared('metric', 'Id of a metric.'),
      factor: compared('factor', 'Id of a factor; its score, from 0 to 100, is compared.'),
      confidence: compared('confidence', 'Id of a factor; its confidence, from 0 to 1, is compared.'),
      stage: single('stage', oneOrMoreIds(anId), 'The stage is this one, or one of these.'),
      consent: single('consent', anyText, 'Consent for this purpose stands.'),
      ...logic('stateCondition'),
    },
  },
};
