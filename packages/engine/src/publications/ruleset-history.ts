import { type EventLog, RULESETS_STREAM } from '@rapport/event-log';
import { type Publication, publicationOf, type RecordedPublication } from './publication';
import { toldByDecisions } from './told-by-decisions';

/** The rules that answer a question, and why those. */
export interface RulesChosen {
  readonly publication: Publication;
  /**
   * `in-force`: those in force now; `known-at`: those in force at the instant asked about; `earliest`: that instant lies
   * before everything that is known of rules, so the first ones answer.
   */
  readonly chosen: 'in-force' | 'known-at' | 'earliest';
}

/** The rules that were in force, one after another, as the log has them. */
export interface RulesetHistory {
  /** All publications up to now, oldest first. Empty in a log that was never opened for writing since they are recorded. */
  publications(): Promise<readonly RecordedPublication[]>;
  /** The rules in force at an instant of recording (`knownAt`), or now. Undefined where nothing tells it. */
  at(knownAt: number | undefined): Promise<RulesChosen | undefined>;
}

/** A ruleset may be large. */
const PAGE = 20;

/** The last that had come into force by an instant; the first, where none had. */
const chosenFrom = (publications: readonly Publication[], knownAt: number): RulesChosen | undefined => {
  const publication = publications.findLast(({ at }) => at <= knownAt);
  if (publication !== undefined) return { publication, chosen: 'known-at' };
  const [earliest] = publications;
  return earliest && { publication: earliest, chosen: 'earliest' };
};

/** Kept by those who ask often: only what is new is read again. */
export const createRulesetHistory = (log: EventLog): RulesetHistory => {
  let known: readonly RecordedPublication[] = [];
  const seen = (): number => known.at(-1)?.number ?? 0;
  const publications = async (): Promise<readonly RecordedPublication[]> => {
    const found: RecordedPublication[] = [];
    for await (const page of log.readStream(RULESETS_STREAM, { from: seen(), pageSize: PAGE }))
      found.push(...page.flatMap((event) => publicationOf(event) ?? []));
    // Another caller may have read the same meanwhile.
    const fresh = found.filter(({ number }) => number > seen());
    if (fresh.length > 0) known = [...known, ...fresh];
    return known;
  };
  return {
    publications,
    at: async (knownAt) => {
      const all = await publications();
      const last = all.at(-1);
      if (knownAt === undefined) return last && { publication: last, chosen: 'in-force' };
      return chosenFrom(all.length > 0 ? all : await toldByDecisions(log), knownAt);
    },
  };
};

/** The rules in force at an instant of recording; undefined where nothing tells it. */
export const rulesetKnownAt = (log: EventLog, knownAt: number): Promise<RulesChosen | undefined> =>
  createRulesetHistory(log).at(knownAt);
