import {
  Fold,
  type FoldRecorder,
  type Program,
  type SignalChange,
  type StageChange,
  type StageMove,
  signalChange,
  stageChange,
  stageMove,
  type View,
  viewOf,
} from '@rapport/domain';
import type { StreamEvent } from '@rapport/event-log';
import { foldable } from './foldable';
import { scoresAt } from './scores';

/** Folds one customer after another with one accumulator: nothing is allocated per customer but her history. */
export interface Folder<Change extends StageMove> {
  readonly fold: Fold;
  /** Changes since the fold was last reset or `clear` was called, in order. */
  readonly history: Change[];
  readonly signals: SignalChange[];
  /** From nothing: all touchpoints of a customer, in any order, up to `until` of time. */
  whole(events: readonly StreamEvent[], until: number, view?: View): void;
  clear(): void;
}

/** A change of stage with its reason and the scores that stood then. */
export type ReasonedChange = StageChange & { readonly factors: Readonly<Record<string, number>> };

/** Only where customers stand: for counting. */
export const createClassifier = (program: Program): Folder<never> => folderWith<never>(program, undefined);

/** With the moves of each customer. */
export const createFolder = (program: Program): Folder<StageMove> => folderWith(program, stageMove);

/** With the reasons of the moves, which cost more than the moves: for decisions. */
export const createReasoningFolder = (program: Program): Folder<ReasonedChange> =>
  folderWith(program, (...heard) => {
    const [fold, , , at] = heard;
    return { ...stageChange(...heard), factors: scoresAt(fold, at) };
  });

type Heard = Parameters<Required<FoldRecorder>['stageChanged']>;

const folderWith = <Change extends StageMove>(
  program: Program,
  recorded: ((...heard: Heard) => Change) | undefined,
): Folder<Change> => {
  const history: Change[] = [];
  const signals: SignalChange[] = [];
  const recorder: FoldRecorder =
    recorded === undefined
      ? {}
      : {
          stageChanged: (...heard) => history.push(recorded(...heard)),
          signalChanged: (...change) => signals.push(signalChange(program, ...change)),
        };
  const fold = new Fold(program, recorder);
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
      if (!fold.isEmpty) fold.advance(until);
    },
  };
};
