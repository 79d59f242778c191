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

/** Folds one customer after another with one accumulator: nothing is allocated per customer but their history. */
export interface HistoryFold<Change extends StageMove> {
  readonly fold: Fold;
  /** Changes since the fold was last reset or `clear` was called, in order. */
  readonly history: Change[];
  readonly signals: SignalChange[];
  /** Folds all touchpoints of one customer from the beginning, in any order, and lets time pass up to `until`. */
  whole(events: readonly StreamEvent[], until: number, view?: View): void;
  clear(): void;
}

/** A change of stage with its reason and the scores at that instant. */
export type ReasonedChange = StageChange & { readonly factors: Readonly<Record<string, number>> };

/** A fold without a history, for counting customers per stage. */
export const createClassifier = (program: Program): HistoryFold<never> => historyFoldWith<never>(program, undefined);

/** A fold that keeps the moves of each customer. */
export const createHistoryFold = (program: Program): HistoryFold<StageMove> => historyFoldWith(program, stageMove);

/** A fold that also keeps the reason of each move, which costs more than the move itself. For decisions. */
export const createReasoningFold = (program: Program): HistoryFold<ReasonedChange> =>
  historyFoldWith(program, (...heard) => {
    const [fold, , , at] = heard;
    return { ...stageChange(...heard), factors: scoresAt(fold, at) };
  });

type Heard = Parameters<Required<FoldRecorder>['stageChanged']>;

const historyFoldWith = <Change extends StageMove>(
  program: Program,
  recorded: ((...heard: Heard) => Change) | undefined,
): HistoryFold<Change> => {
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
