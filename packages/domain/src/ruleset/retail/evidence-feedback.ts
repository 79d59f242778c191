import type { EventCondition, EvidenceRule } from '../ruleset';
import { words } from './words';

/** Marks mean what they say on the usual scale only; the highest mark is taken to be usual when it is not told. */
const outOf = (highest: number, score: EventCondition): readonly EventCondition[] => [
  score,
  { not: { field: 'data.scale', above: highest } },
];

const nps = (score: EventCondition): EventCondition => ({
  all: [{ field: 'data.instrument', is: 'nps' }, ...outOf(10, score)],
});

const csat = (score: EventCondition): EventCondition => ({
  all: [{ field: 'data.instrument', is: 'csat' }, ...outOf(5, score)],
});

/** What customers say of their own accord or when asked. */
export const feedbackEvidence: readonly EvidenceRule[] = [
  {
    id: 'promoter',
    on: 'survey.answered',
    when: nps({ field: 'data.score', atLeast: 9 }),
    gives: { satisfaction: 1.2, trust: 0.5 },
    reason: words('Would recommend us', 'Sẵn lòng giới thiệu công ty'),
  },
  {
    id: 'detractor',
    on: 'survey.answered',
    when: nps({ field: 'data.score', atMost: 6 }),
    gives: { satisfaction: -1.5, trust: -0.5 },
    scale: {
      field: 'data.score',
      curve: [
        [0, 1.3],
        [6, 0.5],
      ],
    },
    reason: words('Would not recommend us', 'Không muốn giới thiệu công ty'),
  },
  {
    id: 'content',
    on: 'survey.answered',
    when: csat({ field: 'data.score', atLeast: 4 }),
    gives: { satisfaction: 1.2 },
    reason: words('Said they are content', 'Cho biết là hài lòng'),
  },
  {
    id: 'discontent',
    on: 'survey.answered',
    when: csat({ field: 'data.score', atMost: 2 }),
    gives: { satisfaction: -1.5 },
    reason: words('Said they are not content', 'Cho biết là không hài lòng'),
  },
  {
    id: 'praised',
    on: 'review.posted',
    when: { all: outOf(5, { field: 'data.score', atLeast: 4 }) },
    gives: { satisfaction: 1, social: 0.2 },
    reason: words('Posted a good review', 'Viết đánh giá tốt'),
  },
  {
    id: 'criticised',
    on: 'review.posted',
    when: { all: outOf(5, { field: 'data.score', atMost: 2 }) },
    gives: { satisfaction: -1.5, trust: -0.5 },
    reason: words('Posted a bad review', 'Viết đánh giá xấu'),
  },
];
