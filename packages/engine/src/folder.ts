import {
  Fold,
  type Program,
  type SignalChange,
  type StageChange,
  stageChange,
  type View,
  viewOf,
} from '@rapport/domain';
import type { StreamEvent } from '@rapport/event-log';
import { scoresAt } from './decision';
import { foldable } from './foldable';

/** A change of stage with the scores that stood then. */
export type RecordedStageChange = StageChange & { readonly factors: Readonly<Record<string, number>> };

/** Folds one customer after another with one accumulator: nothing is allocated per customer but her history. */
export interface Folder {
  readonly fold: Fold;
  /** Changes since the fold was last reset or `clear` was called, in order. */
  readonly history: RecordedStageChange[];
  readonly signals: SignalChange[];
  /** From nothing: all touchpoints of a customer, in any order, up to `until` of time. */
  whole(events: readonly StreamEvent[], until: number, view?: View): void;
  clear(): void;
}

/** @param recording whether stage and signal changes are kept with their reasons; a replay that counts needs none */
export const createFolder = (program: Program, recording: boolean): Folder => {
  const history: RecordedStageChange[] = [];
  const signals: SignalChange[] = [];
  const fold = new Fold(
    program,
    recording
      ? {
          stageChanged: (standing, from, to, at, touchpoint) =>
            history.push({
              ...stageChange(standing, from, to, at, touchpoint),
              factors: scoresAt(standing, at),
            }),
          signalChanged: (signal, raised, at, touchpoint) =>
            signals.push({
              at,
              signal: program.signals[signal].id,
              raised,
              cause: touchpoint === undefined ? 'time' : 'touchpoint',
              touchpoint: touchpoint === undefined ? undefined : { source: touchpoint.source, id: touchpoint.id },
            }),
        }
      : {},
  );
  const clear = () => {
    history.length = signals.length = 0;
  };
  return {
    fold,
    history,
    signals,
    clear,
    whole: (events, until, view = {}) => {
      clear();
      fold.reset();
      fold.apply(viewOf(foldable(events), view));
      if (fold.stage >= 0) fold.advance(until);
    },
  };
};
