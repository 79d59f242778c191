import { METRIC_KINDS } from '../../metric';
import { eventCondition, stateCondition } from './conditions';
import type { Definition, Field, Language, Shape } from './shape';
import { aDuration, aField, aMapKey, aNumber, anId, anyText, aTypeName, texts, typePatterns, weights } from './texts';

const named = (name: string): Shape => ({ kind: 'named', name });
const listOf = (name: string, min = 0): Shape => ({ kind: 'list', of: named(name), min });
const label: Field = { shape: texts, doc: 'Its name for people, by language.' };
const id = (what: string): Field => ({ shape: anId, required: true, doc: `Id of the ${what}, unique among its kind.` });

const factor: Definition = {
  title: 'Factor',
  doc: 'A quality of the relationship, scored from 0 to 100 by the beta reputation model with forgetting: score = 100 (a + P) / (a + b + P + N). P and N are the evidence for and against; both halve every `halfLife`.',
  example: 'trust: { halfLife: P365D, prior: [2, 2], label: { en: Trust, vi: Lòng tin } }',
  shape: {
    kind: 'object',
    fields: {
      halfLife: { shape: aDuration, required: true, doc: 'Time in which evidence loses half its weight.' },
      prior: {
        shape: {
          kind: 'tuple',
          of: [
            { kind: 'number', what: 'a number above 0', above: 0 },
            { kind: 'number', what: 'a number above 0', above: 0 },
          ],
        },
        doc: 'The belief before any evidence: [for, against]. `[2, 2]` when absent.',
      },
      label,
    },
  },
};

const scaleDefault: Field = {
  shape: aNumber,
  doc: 'The factor when the field is missing or not mapped; 1 when absent.',
};
const scaleField: Field = { shape: aField, required: true, doc: 'The field whose value scales the weights.' };
const scale: Definition = {
  title: 'Scale',
  doc: 'Multiplies all weights of an evidence rule by what a field says. A result of 0 gives no evidence, and does not count for `atMost`.',
  example: 'field: case.compensationRatio\ncurve: [[0, 0.4], [1, 1]]\ndefault: 0.5',
  shape: {
    kind: 'choice',
    variants: {
      map: {
        kind: 'object',
        fields: {
          field: scaleField,
          map: {
            shape: { kind: 'record', keys: aMapKey, of: aNumber, min: 1 },
            required: true,
            doc: 'Value to multiplier.',
          },
          default: scaleDefault,
        },
      },
      curve: {
        kind: 'object',
        fields: {
          field: scaleField,
          curve: {
            shape: { kind: 'list', of: { kind: 'tuple', of: [aNumber, aNumber] }, min: 1 },
            required: true,
            doc: 'Points [x, y] with increasing x: linear between them, flat outside.',
          },
          default: scaleDefault,
        },
      },
    },
  },
};

const evidence: Definition = {
  title: 'Evidence rule',
  doc: 'The effect of a touchpoint on factors. Rules are applied in their order.',
  example:
    'id: fair\non: complaint.resolved\nwhen: { field: data.outcome, is: satisfied }\ngives: { satisfaction: 2.5 }\nscale: { field: case.compensationRatio, curve: [[0, 0.4], [1, 1]], default: 0.5 }\natMost: { times: 1, within: P30D }',
  shape: {
    kind: 'object',
    fields: {
      id: id('rule'),
      on: { shape: typePatterns, required: true, doc: 'Touchpoint types it applies to.' },
      when: { shape: named('eventCondition'), doc: 'Applies only while this holds.' },
      gives: { shape: weights, required: true, doc: 'Weight by factor: above 0 for it, below 0 against it.' },
      scale: { shape: named('scale'), doc: 'Multiplies all weights.' },
      atMost: {
        shape: {
          kind: 'object',
          fields: {
            times: {
              shape: { kind: 'number', what: 'an integer of 1 or more', integer: true, atLeast: 1 },
              required: true,
              doc: 'How often the rule may apply.',
            },
            within: { shape: aDuration, required: true, doc: 'The window in which it may: (t - within, t].' },
          },
        },
        doc: 'Skips the rule when it has applied often enough lately.',
      },
      reason: { shape: texts, doc: 'The reason in words, by language, shown in explanations.' },
    },
  },
};

const promise: Definition = {
  title: 'Promise',
  doc: 'Made by one touchpoint and kept by another before a deadline; else time itself breaks it, one millisecond after the deadline. Its evidence is explained as rule `<id>:kept` or `<id>:broken`.',
  example:
    'id: acknowledge\nmade: complaint.opened\nkey: data.caseId\nwithin: P1D\nkept: complaint.acknowledged\nreleased: complaint.withdrawn\nwhenKept: { communication: 1 }\nwhenBroken: { communication: -1.5 }',
  shape: {
    kind: 'object',
    fields: {
      id: id('promise'),
      made: { shape: typePatterns, required: true, doc: 'Touchpoints that make it.' },
      madeWhen: { shape: named('eventCondition'), doc: 'They make it only while this holds.' },
      key: {
        shape: aField,
        doc: 'Field that tells promises of this id apart, such as `data.caseId`. Without a key the oldest open promise is settled.',
      },
      within: { shape: aDuration, doc: 'Deadline: this long after it was made.' },
      by: { shape: aField, doc: 'Deadline: the instant in this field (none, or in the past: no promise).' },
      kept: { shape: typePatterns, required: true, doc: 'Touchpoints that keep it.' },
      keptWhen: { shape: named('eventCondition'), doc: 'They keep it only while this holds.' },
      released: { shape: typePatterns, doc: 'Touchpoints that release it, without evidence.' },
      whenKept: { shape: weights, doc: 'Weights by factor when it is kept.' },
      whenBroken: { shape: weights, doc: 'Weights by factor when it is broken.' },
      label,
      reason: {
        shape: {
          kind: 'object',
          fields: {
            kept: { shape: texts, doc: 'Reason shown when it was kept.' },
            broken: { shape: texts, doc: 'Reason shown when it was broken.' },
          },
        },
        doc: 'The reasons in words, by language.',
      },
    },
    rules: [{ exactlyOne: ['within', 'by'] }],
  },
};

const metric: Definition = {
  title: 'Metric',
  doc: 'A number counted from touchpoints, for conditions.',
  example: 'activity: { count: order.completed, halfLife: P90D }',
  shape: {
    kind: 'choice',
    variants: Object.fromEntries(
      Object.entries(METRIC_KINDS).map(([name, { shape }]) => [name, { ...shape, fields: { ...shape.fields, label } }]),
    ),
  },
};

const minStay: Field = { shape: aDuration, doc: 'Not left downwards sooner than this after it was entered.' };
const firstStage: Definition = {
  title: 'First stage',
  doc: 'Where every customer starts. It has no conditions.',
  example: 'id: attract\nlabel: { en: Attract }',
  shape: {
    kind: 'object',
    fields: { id: id('stage'), minStay, label },
    refused: {
      enter: 'the first stage has no conditions, every customer starts there',
      stay: 'the first stage has no conditions, nothing lies below it',
    },
  },
};
const stage: Definition = {
  title: 'Stage',
  doc: 'A step of the ladder. While `stay` fails the customer steps down; only if nothing was stepped down does the customer step up while the next `enter` holds. `enter` must imply `stay`, so that no stage can flap.',
  example:
    'id: loyal\nenter: { metric: activity, atLeast: 2 }\nstay: { metric: activity, atLeast: 1.6 }\nminStay: P30D',
  shape: {
    kind: 'object',
    fields: {
      id: id('stage'),
      enter: {
        shape: named('stateCondition'),
        required: true,
        doc: 'Holds when the stage is entered from the one before.',
      },
      stay: { shape: named('stateCondition'), doc: 'Fails when the stage is left; `enter` when absent.' },
      minStay,
      label,
    },
  },
};

const signal: Definition = {
  title: 'Signal',
  doc: 'A fact for marketing systems, evaluated after the stage.',
  example: 'id: dormant\nraise: { metric: quiet, above: 180 }\nclear: { metric: quiet, below: 90 }',
  shape: {
    kind: 'object',
    fields: {
      id: id('signal'),
      raise: { shape: named('stateCondition'), required: true, doc: 'Raises the signal.' },
      clear: { shape: named('stateCondition'), doc: 'Clears it; "raise does not hold" when absent.' },
      label,
    },
  },
};

const products: Shape = { kind: 'list', of: anyText, min: 0 };
const crossSell: Definition = {
  title: 'Cross-sell',
  doc: 'When candidates are shown, and which products.',
  example: 'when: { metric: openComplaints, below: 1 }\nexclude: [POST]',
  shape: {
    kind: 'object',
    fields: {
      when: { shape: named('stateCondition'), doc: 'Candidates are withheld while this does not hold.' },
      exclude: { shape: products, doc: 'Products never offered.' },
      onSale: { shape: products, doc: 'When given, only these products are offered.' },
    },
  },
};

const byId = (name: string, min: number): Shape => ({ kind: 'record', keys: anId, of: named(name), min });
const ruleset: Definition = {
  title: 'Ruleset',
  doc: 'The whole document, in YAML or JSON. It is immutable once published and identified by the SHA-256 of its canonical JSON (RFC 8785).',
  example:
    'ruleset: shop\nversion: 1\nfactors:\n  trust: { halfLife: P365D }\nmetrics:\n  orders: { count: order.completed }\nstages:\n  - id: attract\n  - { id: build, enter: { metric: orders, atLeast: 1 } }',
  shape: {
    kind: 'object',
    fields: {
      ruleset: { shape: anId, required: true, doc: 'Its name.' },
      version: {
        shape: { kind: 'number', what: 'an integer of 1 or more', integer: true, atLeast: 1 },
        required: true,
        doc: 'Its version, 1 or more.',
      },
      description: { shape: texts, doc: 'The purpose, by language.' },
      factors: { shape: byId('factor', 0), required: true, doc: 'Factors by id.' },
      metrics: { shape: byId('metric', 0), doc: 'Metrics by id.' },
      evidence: { shape: listOf('evidence'), doc: 'Evidence rules, in the order of their application.' },
      promises: { shape: listOf('promise'), doc: 'Promises, in the order of their settlement.' },
      stages: {
        shape: { kind: 'list', of: named('stage'), first: named('firstStage'), min: 1 },
        required: true,
        doc: 'The ladder, lowest stage first.',
      },
      signals: { shape: listOf('signal'), doc: 'Signals.' },
      crossSell: { shape: named('crossSell'), doc: 'When and what to offer.' },
      touchpoints: {
        shape: { kind: 'record', keys: aTypeName, of: { kind: 'json-schema' }, min: 0 },
        doc: 'Touchpoint types of your own: name to JSON Schema of `data`.',
      },
    },
  },
};

/** The ruleset language (MODEL, section 2): the one description everything else is made from. */
export const RULESET_LANGUAGE: Language = {
  ruleset,
  factor,
  metric,
  evidence,
  scale,
  promise,
  firstStage,
  stage,
  signal,
  crossSell,
  eventCondition,
  stateCondition,
};
