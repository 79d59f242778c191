import { OWN_SOURCE } from '@rapport/domain';
import { CHANGE_CAUSES, CHANGE_DIRECTIONS, type ChangeEvent } from '@rapport/engine';
import {
  anyOf,
  type Codec,
  codec,
  instant,
  integer,
  list,
  nullable,
  number,
  object,
  oneOf,
  record,
  text,
} from '../codec';
import { CONDITION, IDENTITY, RULESET_NAME } from '../routes/customer-shapes';

const envelope = {
  specversion: codec<'1.0'>({ const: '1.0', description: 'Of CloudEvents.' }),
  id: text('Derived from what was decided: the same change always has the same id.'),
  source: codec<typeof OWN_SOURCE>({ const: OWN_SOURCE, description: 'Rapport itself.' }),
  subject: text('The customer.'),
  time: instant('When it became true.'),
  recordedtime: instant('When it was decided.'),
  datacontenttype: codec<'application/json'>({ const: 'application/json', description: 'Of `data`.' }),
} as const;

const common = {
  cause: oneOf(CHANGE_CAUSES, 'Why it was decided.'),
  ruleset: RULESET_NAME,
  sequence: integer('1, 2, 3 ... per customer, over all changes; a gap is a change that was not asked for.'),
} as const;

/** A stage change or signal as it goes out: the same over pull, stream and webhook. */
export const CHANGE_EVENT = anyOf(
  object({
    ...envelope,
    type: oneOf(['relationship.stageChanged.v1'], 'The stage changed.'),
    data: object(
      {
        ...common,
        from: nullable(text('Null for the first touchpoint ever.')),
        to: text('The stage arrived at.'),
        direction: oneOf(CHANGE_DIRECTIONS, 'On the ladder.'),
        because: list(CONDITION, 'The conditions that decided, with their values.'),
        factors: record(number('0 to 100.'), 'Scores by factor.'),
        signals: list(text('Raised.')),
      },
      { touchpoint: IDENTITY },
    ),
  }),
  object({
    ...envelope,
    type: oneOf(['relationship.signalRaised.v1', 'relationship.signalCleared.v1'], 'A signal was raised or cleared.'),
    data: object({ ...common, signal: text('The signal.') }, { touchpoint: IDENTITY }),
  }),
) as Codec<unknown> as Codec<ChangeEvent>;
