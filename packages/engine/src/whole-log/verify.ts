import { isDeepStrictEqual } from 'node:util';
import {
  compareCodeUnits,
  compileRuleset,
  MODEL_VERSION,
  type Ruleset,
  restoreFold,
  type StageMove,
} from '@rapport/domain';
import { type EventLogLocation, openEventLog } from '@rapport/event-log';
import type { Checkpoint, ReadModel, RelationshipSave, StoredRelationship } from '@rapport/read-model';
import { positionOf } from '../checkpoint';
import { createHistoryFold, type HistoryFold } from '../fold/history-fold';
import { relationshipSave } from '../fold/stored';
import { readLinks } from '../identity/identity-index';
import { runJob } from './run-job';
import { foldsBeforeDue } from './verify-ahead';
import type { FoldedCustomer, Problem, VerifyCounts, VerifyPiece } from './verify-job';

export interface VerifyOptions {
  readonly log: EventLogLocation;
  readonly readModel: ReadModel;
  /** Every ruleset that decisions may name, by hash; the one in force among them. */
  readonly rulesets: Readonly<Record<string, Ruleset>>;
  readonly workers?: number;
  readonly signal?: AbortSignal;
  onProgress?(touchpoints: number, customers: number): void;
}

export interface VerifyReport extends VerifyCounts {
  /** Empty when everything stored is what the log says. The first 1,000. */
  readonly problems: readonly Problem[];
  readonly problemsFound: number;
  readonly milliseconds: number;
}

const MOST_PROBLEMS = 1_000;

/**
 * Recomputes every stored relationship and every recorded decision from the log, up to the read model's checkpoint,
 * and says what differs. Changes nothing.
 */
export const verify = async (options: VerifyOptions): Promise<VerifyReport> => {
  const { readModel, rulesets, workers = 1, signal, onProgress } = options;
  const started = performance.now();
  const counts: VerifyCounts = { touchpoints: 0, customers: 0, decisions: 0, byEarlierModel: 0 };
  const problems: Problem[] = [];
  let problemsFound = 0;
  const report = (found: readonly Problem[]) => {
    problemsFound += found.length;
    problems.push(...found.slice(0, MOST_PROBLEMS - problems.length));
  };

  const checkpoint = await readModel.checkpoint();
  if (checkpoint !== undefined) {
    const incomparable = whyIncomparable(checkpoint, rulesets);
    if (incomparable !== undefined) report([{ what: incomparable }]);
    const inForce = incomparable === undefined ? checkpoint.ruleset : undefined;
    const folding = inForce === undefined ? undefined : createHistoryFold(compileRuleset(rulesets[inForce]!));
    const parked = new Set((await readModel.parked()).map(({ customer }) => customer));
    let stored = 0;
    const log = await openEventLog(options.log, { mode: 'read' });
    const links = await readLinks(log);
    const { asOf = Number.POSITIVE_INFINITY } = checkpoint;
    const until = positionOf(checkpoint);
    const beforeDue = folding && foldsBeforeDue({ log, folding, links, until, asOf });
    await runJob<'verify', VerifyPiece, VerifyCounts>({
      log: options.log,
      job: 'verify',
      options: { rulesets, inForce, until, asOf, links },
      workers,
      signal,
      onProgress,
      onPiece: async (piece) => {
        report(piece.problems);
        if (folding === undefined) return;
        const customers = piece.customers.map(({ customer }) => customer);
        const relationships = await readModel.load(customers);
        const dueAt = await readModel.dueAt(customers);
        for (const [i, one] of piece.customers.entries()) {
          if (relationships[i] !== undefined) stored++;
          if (parked.has(one.customer)) continue;
          const due = dueAt.get(one.customer);
          const folded = due === undefined ? one : await beforeDue?.(one, due);
          if (folded?.folded === null && relationships[i] === undefined) counts.customers--;
          else if (folded !== undefined) report(await compareOne(readModel, folding, folded, relationships[i]));
        }
      },
      onResult: (result) => {
        counts.touchpoints += result.touchpoints;
        counts.customers += result.customers;
        counts.decisions += result.decisions;
        counts.byEarlierModel += result.byEarlierModel;
      },
    }).finally(() => log.close());
    if (folding !== undefined) report(await strangers(readModel, stored));
  }
  return { ...counts, problems, problemsFound, milliseconds: performance.now() - started };
};

/** Why what a read model holds cannot be compared with a fold of today, in words. */
const whyIncomparable = ({ ruleset, model }: Checkpoint, rulesets: VerifyOptions['rulesets']): string | undefined => {
  if (rulesets[ruleset] === undefined)
    return `the read model was made with ruleset ${ruleset}, which is not stored: rebuild it with "rapport rebuild"`;
  if (model !== MODEL_VERSION)
    return `the read model was made by version ${model} of the model, and this program computes version ${MODEL_VERSION}: rebuild it with "rapport rebuild"`;
  return undefined;
};

const compareOne = async (
  readModel: ReadModel,
  folding: HistoryFold<StageMove>,
  { customer, folded, reason }: FoldedCustomer,
  stored: StoredRelationship | undefined,
): Promise<readonly Problem[]> => {
  if (folded === undefined) return [{ customer, what: 'cannot be folded and is not parked', got: reason }];
  if (folded === null) return [{ customer, what: 'is in the read model, though nothing has happened yet' }];
  if (stored === undefined) return [{ customer, what: 'is in the log but not in the read model' }];
  restoreFold(folding.fold, folded.state);
  folding.clear();
  folding.fold.advance(stored.instant);
  const changes = [...folded.history, ...folding.history];
  const expected = relationshipSave(customer, folding.fold, stored.decided.sequence, { mode: 'replace', changes });
  return differences(customer, expected, {
    relationship: stored,
    intervals: await readModel.history(customer),
    promises: (await readModel.promisesDue({ customer })).map(({ customer: _, ...promise }) => promise),
    cases: byOpening((await readModel.cases({ customer })).map(({ customer: _, ...one }) => one)),
  });
};

const differences = (
  customer: string,
  expected: RelationshipSave,
  got: Readonly<Record<'intervals' | 'promises' | 'cases', unknown>> & { readonly relationship: StoredRelationship },
): readonly Problem[] => {
  if (expected.kind !== 'relationship') return [];
  const { relationship: whole, history, promises, cases } = expected;
  // A state that an older version left out cannot be wrong.
  const relationship = got.relationship.state.length === 0 ? { ...whole, state: got.relationship.state } : whole;
  const parts = { relationship, intervals: history.intervals, promises: byDeadline(promises), cases: byOpening(cases) };
  return (Object.keys(parts) as (keyof typeof parts)[]).flatMap((part) => {
    const [wanted, found] = [plain(parts[part]), plain(got[part])];
    return isDeepStrictEqual(wanted, found)
      ? []
      : [{ customer, what: `the stored ${part} differ from a fold of the log`, expected: wanted, got: found }];
  });
};

/** JSON and back: what a store keeps of a value. States, which are bytes, as short text. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, part) => (part instanceof Uint8Array ? Buffer.from(part).toString('base64') : part)),
  );

const byDeadline = <T extends { deadline: number }>(promises: readonly T[]): readonly T[] =>
  [...promises].sort((a, b) => a.deadline - b.deadline);
/** A fold has cases of one instant in the order of their touchpoints, a read model in that of their ids. */
const byOpening = <T extends { openedAt: number; caseId: string }>(cases: readonly T[]): readonly T[] =>
  [...cases].sort((a, b) => a.openedAt - b.openedAt || compareCodeUnits(a.caseId, b.caseId));

/** Customers of the read model of whom the log knows nothing: looked for only when the counts differ. */
const strangers = async (readModel: ReadModel, stored: number): Promise<readonly Problem[]> => {
  const population = await readModel.population(Number.MAX_SAFE_INTEGER);
  const total = Object.values(population).reduce((sum, customers) => sum + customers, 0);
  return total === stored
    ? []
    : [{ what: 'customers in the read model that the log does not know', expected: stored, got: total }];
};
