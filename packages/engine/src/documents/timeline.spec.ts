import { compileRuleset, evaluate, RETAIL, type Touchpoint } from '@rapport/domain';
import type { Position } from '@rapport/event-log';
import type { RecordedDecision } from '../decisions';
import { timelineEntryDocument, timelineOf } from './timeline';

const AT = Date.parse('2026-01-05T10:00:00Z');
const order = (id: string, occurredAt: number): Touchpoint => ({
  id,
  source: 'shop',
  customer: 'c',
  type: 'order.completed',
  version: 1,
  occurredAt,
  recordedAt: occurredAt + 5_000,
  data: { total: 20 },
});
const decision = (over: Partial<RecordedDecision>): RecordedDecision =>
  ({
    kind: 'stageChanged',
    id: 'd-1',
    customer: 'c',
    effectiveAt: AT,
    recordedAt: AT + 7_000,
    position: '00000000000002' as Position,
    from: null,
    to: 'build',
    direction: 'up',
    cause: 'touchpoint',
    because: [],
    factors: {},
    signals: [],
    ruleset: { name: 'retail', version: 1, hash: 'h' },
    sequence: 1,
    foldedUpTo: '00000000000001' as Position,
    asOf: AT,
    ...over,
  }) as RecordedDecision;

describe('a timeline', () => {
  const touchpoints = [order('o-2', AT + 86_400_000), order('o-1', AT)];
  const evaluation = evaluate(compileRuleset(RETAIL), touchpoints, { asOf: AT + 2 * 86_400_000 });
  const [first] = evaluation.history;
  const documents = (decisions: readonly RecordedDecision[]) =>
    timelineOf(evaluation, touchpoints, decisions).map(timelineEntryDocument);

  it('is in order of time, what happened before what followed', () => {
    const entries = timelineOf(evaluation, touchpoints, []);
    expect(entries.map(({ at }) => at)).toEqual([...entries.map(({ at }) => at)].sort((a, b) => a - b));
    expect(entries.slice(0, 2).map(({ kind }) => kind)).toEqual(['touchpoint', 'stage']);
    expect(entries.filter(({ kind }) => kind === 'touchpoint')).toHaveLength(2);
  });

  it('says of a change when it was decided, where it was recorded', () => {
    const [, stage] = documents([decision({ to: first.to } as Partial<RecordedDecision>)]);
    expect(stage).toMatchObject({ kind: 'stage', to: first.to, recordedAt: '2026-01-05T10:00:07.000Z' });
    expect(documents([])[1].recordedAt).toBeUndefined();
  });

  it('keeps a decision that history no longer bears out, as it was announced', () => {
    const all = documents([decision({ to: 'partner' } as Partial<RecordedDecision>)]);
    const superseded = all.filter((one) => 'superseded' in one);
    expect(superseded).toMatchObject([
      {
        kind: 'stage',
        occurredAt: '2026-01-05T10:00:00.000Z',
        decided: { id: 'd-1', type: 'relationship.stageChanged.v1', data: { to: 'partner' } },
      },
    ]);
    expect(JSON.stringify(superseded)).not.toMatch(/\d{13}/);
  });

  it('uses each decision once', () => {
    const one = decision({ to: first.to } as Partial<RecordedDecision>);
    const again = decision({ to: first.to, id: 'd-2', sequence: 2 } as Partial<RecordedDecision>);
    expect(documents([one, again]).filter((entry) => 'superseded' in entry)).toHaveLength(1);
  });
});
