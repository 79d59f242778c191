import type { RecordedDecision } from '../decisions';
import { CHANGE_FILTER_LIST, CHANGE_KINDS, type ChangeFilter, changeMatcher } from './change-filter';

const base = { cause: 'touchpoint' } as const;
const rise = { ...base, kind: 'stageChanged', to: 'loyal', direction: 'up' } as RecordedDecision;
const fall = { ...base, kind: 'stageChanged', to: 'develop', direction: 'down' } as RecordedDecision;
const raised = { ...base, kind: 'signalRaised', signal: 'at-risk' } as RecordedDecision;
const cleared = { ...base, kind: 'signalCleared', signal: 'dormant' } as RecordedDecision;
const merged = { ...rise, cause: 'merge' } as RecordedDecision;
const ALL = { rise, fall, raised, cleared, merged };

const passing = (filter?: ChangeFilter): readonly string[] =>
  Object.entries(ALL).flatMap(([name, decision]) => (changeMatcher(filter)(decision) ? [name] : []));

test.each<[what: string, filter: ChangeFilter | undefined, passes: readonly string[]]>([
  ['no filter: stage changes, but not those of merges', undefined, ['rise', 'fall']],
  ['a stage', { stages: ['loyal'] }, ['rise']],
  ['a direction', { directions: ['down'] }, ['fall']],
  ['signals alone: no stage changes', { signals: ['at-risk'] }, ['raised']],
  ['signals beside stages: both', { signals: ['at-risk'], stages: ['develop'] }, ['fall', 'raised']],
  ['signals beside directions: both', { signals: ['dormant'], directions: ['up'] }, ['rise', 'cleared']],
  ['kinds', { kinds: ['signalRaised', 'signalCleared'] }, ['raised', 'cleared']],
  ['kinds, of which a list restricts one', { kinds: CHANGE_KINDS, stages: ['loyal'] }, ['rise', 'raised', 'cleared']],
  ['kinds win over what other lists mean', { kinds: ['stageChanged'], signals: ['at-risk'] }, ['rise', 'fall']],
  ['a cause', { causes: ['merge'] }, ['merged']],
  ['an empty list: nothing', { stages: [] }, []],
])('%s', (_, filter, passes) => expect(passing(filter)).toEqual(passes));

test('each filter has a parameter of its own', () => {
  const parameters = CHANGE_FILTER_LIST.map(([, { parameter }]) => parameter);
  expect(new Set(parameters).size).toBe(parameters.length);
});
