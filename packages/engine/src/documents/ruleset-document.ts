import { formatInstant } from '@rapport/domain';
import type { RulesetName } from '../decisions';
import { type Publisher, type RecordedPublication, rulesetOf } from '../publications/publication';
import type { RulesChosen } from '../publications/ruleset-history';

/** The rules that an answer was computed with, and why those. */
export interface UsedRuleset extends RulesetName {
  /** As {@link RulesChosen} says; `given`: the caller named another ruleset. Absent where no publication is recorded. */
  readonly chosen?: RulesChosen['chosen'] | 'given';
  /** When it came into force, RFC 3339; at the latest, where `before` is set. */
  readonly since?: string;
  /** It was in force since before that was recorded. */
  readonly before?: true;
  /** The user, key or token that put it in force. */
  readonly by?: Publisher;
}

/** The rules that an answer was computed with, as the answer names them. */
export const usedRuleset = ({ publication, chosen }: RulesChosen): UsedRuleset => {
  const { ruleset, at, before, by } = publication;
  return { ...ruleset, chosen, since: formatInstant(at), before, by };
};

/** A publication, as `ruleset list --json` and `GET /v1/rulesets` give it. */
export const publicationDocument = (publication: RecordedPublication) => {
  const { at, recordedAt, before, by, with: way, announced, decidedUpTo } = publication;
  return {
    since: formatInstant(at),
    recordedAt: formatInstant(recordedAt),
    before,
    by,
    with: way,
    announced,
    decidedUpTo,
  };
};

/** Every ruleset that was ever in force, the one that came last first, each with its publications, oldest first. */
export const rulesetDocuments = (publications: readonly RecordedPublication[]) => {
  const byHash = new Map<string, RecordedPublication[]>();
  for (const publication of publications) {
    const { hash } = publication.ruleset;
    const before = byHash.get(hash) ?? [];
    // The last time that it came into force is its place.
    byHash.delete(hash);
    byHash.set(hash, [...before, publication]);
  }
  return [...byHash.values()].reverse().map((ofOne) => {
    const [first] = ofOne;
    return {
      ...first!.ruleset,
      publications: ofOne.map(publicationDocument),
      ruleset: rulesetOf(ofOne.find(({ document }) => document !== undefined) ?? first!),
    };
  });
};
