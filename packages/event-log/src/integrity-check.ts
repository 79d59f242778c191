import type { IntegrityProblem, IntegrityReport } from './auditable';
import { contentHash, type EventContent } from './content';
import type { Position } from './event-log';
import { FIRST_LINK, HASH_BYTES, type LedgerEntry, ledgerLink } from './ledger';

const PROBLEMS_LISTED = 1_000;

/** Computes hashes and links again from events and commits that are fed to it in order of position. */
export interface IntegrityCheck {
  event(entry: LedgerEntry, stream: string, content: EventContent, canonicalData: string): void;
  /** After the events of the commit. */
  commit(lastPosition: number, chain: Uint8Array): void;
  problem(what: string, position?: number): void;
  report(): IntegrityReport;
}

/** @param positionOf what callers get for the event with a number */
export const integrityCheck = (positionOf: (n: number) => Position): IntegrityCheck => {
  const problems: IntegrityProblem[] = [];
  let events = 0;
  let commits = 0;
  let position = 0;
  let chain = FIRST_LINK;
  let link = ledgerLink(chain);
  let unsealed = 0;

  const problem = (what: string, at?: number): void => {
    if (problems.length === PROBLEMS_LISTED) return;
    problems.push(at === undefined ? { what } : { position: positionOf(at), what });
  };

  return {
    problem,
    event: (entry, stream, content, data) => {
      events++;
      unsealed++;
      if (entry.position !== position + 1) {
        problem(`Events are missing before this one, from position ${positionOf(position + 1)} on.`, entry.position);
      }
      position = entry.position;
      const whole = entry.hash.length === HASH_BYTES;
      if (!whole || !contentHash(stream, content, data).equals(entry.hash)) {
        problem(
          `Event ${content.source}/${content.id} of stream ${stream} does not have the content that was recorded.`,
          entry.position,
        );
      }
      link.add(whole ? entry : { ...entry, hash: FIRST_LINK });
    },
    commit: (lastPosition, stored) => {
      commits++;
      if (lastPosition !== position || !link.digest().equals(stored)) {
        problem(
          `The commit that ends here does not have the events that were recorded: altered, added, removed or moved.`,
          lastPosition,
        );
      }
      chain = stored;
      link = ledgerLink(chain);
      unsealed = 0;
    },
    report: () => {
      if (unsealed > 0)
        problem(
          unsealed === 1
            ? 'The last event is not in the ledger.'
            : `The last ${unsealed} events are not in the ledger.`,
          position,
        );
      return { events, commits, problems, chain: Buffer.from(chain).toString('hex') };
    },
  };
};
