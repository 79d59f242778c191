import type { EventLog } from '@rapport/event-log';
import { DECISION_TYPES, rulesetNameCodec } from '../decisions';
import type { Publication } from './publication';

const PAGE = 5_000;

/**
 * The rules that were in force, as far as decisions show it, for a log in which no publications are recorded. When
 * decisions begin to name another ruleset, it was in force by then. Reads all decisions.
 */
export const toldByDecisions = async (log: EventLog): Promise<readonly Publication[]> => {
  const told: Publication[] = [];
  for await (const page of log.readAll({ types: DECISION_TYPES, category: 'relationship', pageSize: PAGE }))
    for (const { data, recordedAt } of page) {
      // A decision without a ruleset shows nothing here; `decisionOf` reports it.
      if (!rulesetNameCodec.is(data.ruleset)) continue;
      const { name, version, hash } = data.ruleset;
      const last = told.at(-1);
      if (last?.ruleset.hash === hash) continue;
      // A clock that was set back does not turn the order round.
      const at = Math.max(recordedAt, last?.at ?? recordedAt);
      told.push({ number: told.length + 1, ruleset: { name, version, hash }, at, before: true });
    }
  return told;
};
