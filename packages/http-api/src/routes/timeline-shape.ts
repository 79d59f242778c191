import { anyOf, codec, flag, instant, list, nullable, object, oneOf, text } from '../codec';
import { CAUSE, CONDITION, IDENTITY, SUBJECT, SUBJECT_WHERE } from './customer-shapes';

const entry = (kind: 'touchpoint' | 'stage' | 'signal' | 'promise', fields: Parameters<typeof object>[0], where = {}) =>
  object(
    { kind: oneOf([kind], 'The kind of entry.'), occurredAt: instant('When it happened or became true.'), ...fields },
    { recordedAt: instant('When it was recorded; absent for what is computed and was never recorded.'), ...where },
  );

const SUPERSEDED = {
  decided: codec<unknown>({ type: 'object', description: 'The CloudEvent of the decision.' }),
  superseded: codec<true>({ const: true, description: 'It was decided so once; history has changed since.' }),
} as const;

export const TIMELINE = object(
  {
    ...SUBJECT,
    entries: list(
      anyOf(
        entry(
          'touchpoint',
          {
            type: text('As `order.completed`.'),
            source: text('The sender.'),
            id: text('Its id there.'),
            customer: text('On whose stream it is.'),
            data: codec({ type: 'object', description: 'As it was sent.' }),
          },
          { staff: text('The member of staff.'), correlationId: text('The group it belongs to.') },
        ),
        entry(
          'stage',
          {
            from: nullable(text('The stage before.')),
            to: text('The stage after.'),
            cause: CAUSE,
            because: list(CONDITION),
          },
          { touchpoint: IDENTITY },
        ),
        entry(
          'signal',
          { signal: text('The signal.'), raised: flag('Or cleared.'), cause: CAUSE },
          { touchpoint: IDENTITY },
        ),
        entry('promise', {
          promise: text('The promise.'),
          key: nullable(text('The object of the promise.')),
          outcome: oneOf(['broken'], 'The outcome.'),
        }),
        entry('stage', SUPERSEDED),
        entry('signal', SUPERSEDED),
      ),
    ),
  },
  { ...SUBJECT_WHERE, next: text('Give it as `after` for the next page; absent on the last one.') },
);
