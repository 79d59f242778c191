import { instant, list, nullable, object, text } from '../codec';
import { CAUSE, CONDITION, IDENTITY, SUBJECT, SUBJECT_WHERE } from './customer-shapes';

export const HISTORY = object(
  {
    ...SUBJECT,
    history: list(
      object(
        {
          stage: text('The stage.'),
          since: instant('When the customer entered it.'),
          until: nullable(instant('When the customer left it; null for the current stage.')),
          cameFrom: nullable(text('The stage before; null for the first touchpoint ever.')),
          cause: CAUSE,
          because: list(CONDITION, 'The conditions that decided, with their values.'),
          inWords: text('The same in words.'),
        },
        { touchpoint: IDENTITY },
      ),
      'The stages, oldest first.',
    ),
  },
  SUBJECT_WHERE,
);
