import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { compileRuleset, type Ruleset } from '@rapport/domain';
import { openEventLog } from '@rapport/event-log';
import { type CandidateHits, candidateHitsAt } from './candidates';
import { cutAfter } from './cut';
import { historiesOf, type Imported, importFile } from './history';
import { type Prediction, predictionAt } from './prediction';

/** The cut that is judged, and those that are shown beside it. */
export const CUT = cutAfter(2011, 6);
export const OTHER_CUTS = [3, 4, 5].map((month) => cutAfter(2011, month));

export interface RealReport extends Imported {
  /** Name of the file, without its folder. */
  readonly file: string;
  readonly customers: number;
  readonly prediction: Prediction;
  readonly candidates: CandidateHits;
  readonly otherCuts: readonly { readonly prediction: Prediction; readonly candidates: CandidateHits }[];
}

/**
 * Imports the UCI "Online Retail" file into a fresh event log, and evaluates the ruleset and the candidates on what
 * the log then holds. The log is deleted afterwards.
 *
 * @throws ImportError for a file that cannot be read as one
 */
export const evaluateReal = async (ruleset: Ruleset, file: string, seed: number): Promise<RealReport> => {
  const directory = mkdtempSync(join(tmpdir(), 'rapport-evaluate-'));
  try {
    const log = await openEventLog(
      { kind: 'sqlite', path: join(directory, 'events.sqlite') },
      { mode: 'write', synchronous: 'off' },
    );
    try {
      const imported = await importFile(log, file, 'online-retail');
      const histories = await historiesOf(log);
      const program = compileRuleset(ruleset);
      return {
        file: basename(file),
        ...imported,
        customers: histories.length,
        prediction: predictionAt(program, histories, CUT, seed),
        candidates: candidateHitsAt(histories, CUT, seed),
        otherCuts: OTHER_CUTS.map((cut) => ({
          prediction: predictionAt(program, histories, cut, seed),
          candidates: candidateHitsAt(histories, cut, seed),
        })),
      };
    } finally {
      await log.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};
