import type { JsonObject } from '../../json';
import { data } from '../data-codec';
import { id, number, oneOf, positive, scalar, text } from '../field';
import { money } from '../money';
import { family } from '../touchpoint-type';

const instrument = oneOf(['nps', 'csat', 'ces'], 'the question asked');
const survey = {
  instrument,
  score: number('the answer'),
  surveyId: id('the survey'),
  question: text('the question in words'),
  caseId: id('complaint it asks about'),
  orderId: id('order it asks about'),
};
/** The highest answer of each instrument as it is commonly asked. */
const USUAL_SCALE: ReadonlyMap<unknown, number> = new Map([
  ['nps', 10],
  ['csat', 5],
  ['ces', 7],
]);

const channel = text('where');
const review = {
  score: number('the mark given'),
  scale: positive('highest mark'),
  text: text('what was written'),
  productId: id('product reviewed'),
};

export const feedback = family('feedback', 'none', [
  [
    'survey.answered',
    'The customer answered a question about their experience.',
    undefined,
    [
      {
        version: 1,
        codec: data({ ...survey, scale: positive('highest answer; the usual one of the instrument when absent') }),
        upcast: (old: JsonObject): JsonObject => {
          const usual = USUAL_SCALE.get(old.instrument);
          return usual === undefined || old.scale != null || old.score == null ? old : { ...old, scale: usual };
        },
      },
      {
        version: 2,
        codec: data(survey, { scale: positive('highest answer') }),
      },
    ],
  ],
  ['review.posted', 'The customer wrote a review.', data({ ...review, channel })],
  [
    'feedback.received',
    'The customer said what they think, unasked.',
    data({ sentiment: scalar('positive, neutral, negative, or a number'), text: text('what was said'), channel }),
  ],
  ['focusGroup.attended', 'The customer took part in a focus group.', data({ topic: text('what it was about') })],
]);

export const feedbackOnStaff = family(
  'feedback',
  'none',
  [
    [
      'mysteryShop.recorded',
      'A test customer rated a member of staff.',
      data({ branch: id('the branch'), score: number('the mark given'), scale: positive('highest mark') }),
    ],
  ],
  'staff',
);

export const socialBond = family('social bond', 'none', [
  ['event.attended', 'The customer came to an event.', data({ eventId: id('the event'), kind: text('what it was') })],
  ['community.joined', 'The customer joined a community.', data({ communityId: id('the community') })],
  [
    'greeting.answered',
    'The customer answered a greeting.',
    data({ occasion: text('birthday, new year, …'), channel }),
  ],
  [
    'referral.made',
    'The customer recommended the company to someone.',
    data({ referred: id('the person who received the recommendation'), channel, productId: id('product recommended') }),
  ],
  [
    'gift.received',
    'The customer got a gift.',
    data({ kind: text('what it was'), cost: money('what it cost'), occasion: text('what for') }),
  ],
  [
    'social.exchanged',
    'The customer and the company talked of more than business.',
    data({ topic: text('of what'), channel }),
  ],
]);
