import { codec, flag, instant, list, nullable, number, object, oneOf, record, text } from '../codec';
import {
  CAUSE,
  CONDITION,
  IDENTITY,
  METRICS,
  OPEN_PROMISE,
  SCORES,
  STAGE,
  SUBJECT,
  SUBJECT_WHERE,
} from './customer-shapes';

const CHANGE = object(
  {
    at: instant('When it became true.'),
    from: nullable(text('Null for the first touchpoint ever.')),
    to: text('The stage arrived at.'),
    cause: CAUSE,
    because: list(CONDITION, 'The conditions that decided, with their values.'),
  },
  { touchpoint: IDENTITY },
);

const MISSING: ReturnType<typeof codec<unknown>> = codec({
  description: 'A tree: `{all: [...]}`, `{any: [...]}` or `{condition}`; null where every condition holds.',
});

export const EXPLANATION = object(
  { ...SUBJECT, stage: STAGE, reasons: record(text('In words.'), 'By rule.') },
  {
    ...SUBJECT_WHERE,
    since: instant('When the customer entered the stage.'),
    history: list(CHANGE),
    factors: SCORES,
    metrics: METRICS,
    signals: list(object({ at: instant('When.'), signal: text('The signal.'), raised: flag('Or cleared.') })),
    openPromises: list(OPEN_PROMISE),
    settledPromises: list(
      object({
        id: text('The promise.'),
        key: nullable(text('The object of the promise.')),
        outcome: oneOf(['kept', 'broken', 'released'], 'The outcome.'),
        at: instant('When.'),
      }),
    ),
    contributions: record(
      object({
        base: number('Where everyone begins: the score of the prior.'),
        prior: list(number('One of the two.'), 'The prior [a, b].'),
        halfLife: text('ISO 8601.'),
        total: number('T: the prior and what remains of all evidence, a + b + Σ |weight · scale| · ageFactor.'),
        rows: list(
          object({
            rule: text('The rule; `<promise>:kept` and `<promise>:broken` for promises.'),
            source: text('Of the touchpoint.'),
            event: text('Its id.'),
            at: instant('When it was given.'),
            weight: number('Of the rule: above 0 for the factor, below 0 against it.'),
            scale: number('The factor of the rule’s scale; 1 where it has none.'),
            ageFactor: number('The remaining part of the weight: 2^(−age / halfLife).'),
            points: number(
              'Of the score: 100 · |weight · scale| · ageFactor / total, times b / (a + b) for the factor, −a / (a + b) against it. With `base` all of them add up to the score.',
            ),
          }),
        ),
      }),
      'By factor.',
    ),
    nextStage: nullable(
      object({ stage: text('The next stage.'), missing: MISSING, inWords: text('The missing conditions, in words.') }),
    ),
  },
);
