import type { RealReport } from './real/real-report';
import type { SimulatedReport } from './simulated/simulated-report';

/** Something the figures must show, and whether they do. */
export interface Requirement {
  readonly id: 'stage-as-good-as-rfm' | 'rates-rise' | 'candidates-beat-popularity' | 'recovery-in-order';
  readonly requires: string;
  readonly measured: string;
  readonly met: boolean;
}

/** How much worse than RFM the stage may rank later buyers, in AUC. */
export const RFM_SLACK = 0.01;
/** How much better than popularity candidates must hit. */
export const CANDIDATE_FACTOR = 1.2;

/** What could not be computed, for want of customers, meets nothing. */
const figure = (value: number, digits: number): string => (Number.isNaN(value) ? 'unknown' : value.toFixed(digits));

export const requirementsOnReal = ({ prediction, candidates }: RealReport): readonly Requirement[] => {
  const { stage, rfm } = prediction.auc;
  return [
    {
      id: 'stage-as-good-as-rfm',
      requires: `AUC of the stage at least that of RFM less ${RFM_SLACK}`,
      measured: `${figure(stage.value, 4)} against ${figure(rfm.value, 4)} - ${RFM_SLACK}`,
      met: stage.value >= rfm.value - RFM_SLACK,
    },
    {
      id: 'rates-rise',
      requires: 'later purchase rate rises from stage to stage',
      measured: prediction.stages.map(({ rate }) => (rate === null ? '–' : `${(100 * rate).toFixed(0)}`)).join(', '),
      met: prediction.rising,
    },
    {
      id: 'candidates-beat-popularity',
      requires: `candidates hit at least ${CANDIDATE_FACTOR} times as often as popular products`,
      measured: `${figure(candidates.ratio.value, 2)} times`,
      met: candidates.ratio.value >= CANDIDATE_FACTOR,
    },
  ];
};

export const requirementsOnSimulated = ({ recovery }: SimulatedReport): readonly Requirement[] => {
  const { good, poor } = recovery.byQuality;
  return [
    {
      id: 'recovery-in-order',
      requires: 'simulated: satisfaction stands better after good recoveries than after poor ones',
      measured: `${figure(good.change.value, 1)} against ${figure(poor.change.value, 1)} points`,
      met: good.change.value > poor.change.value,
    },
  ];
};
