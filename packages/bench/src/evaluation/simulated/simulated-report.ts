import type { Ruleset } from '@rapport/domain';
import { type FactorAgreement, factorAgreement, type StageAgreement, stageAgreement } from './agreement';
import { judgedCompany } from './company';
import { type LossWarnings, lossWarnings } from './loss';
import { type RecoveryChanges, recoveryChanges } from './recovery';

export interface SimulatedOptions {
  readonly customers: number;
  /** Names the simulated world, and the resamples. */
  readonly seed: number;
}

/** One world that no test looks at. */
export const SIMULATED: SimulatedOptions = { customers: 5000, seed: 31 };

export interface GroupReport {
  readonly group: 'everyone' | 'buyers' | 'buyers not lost';
  readonly stages: StageAgreement;
  readonly factors: FactorAgreement;
}

export interface SimulatedReport extends SimulatedOptions {
  readonly touchpoints: number;
  readonly groups: readonly GroupReport[];
  readonly recovery: RecoveryChanges;
  readonly loss: LossWarnings;
}

/** The ruleset on a simulated company, scored against what only the simulation knows. */
export const evaluateSimulated = (ruleset: Ruleset, { customers, seed }: SimulatedOptions): SimulatedReport => {
  const company = judgedCompany(ruleset, { customers, seed });
  const buyers = company.customers.filter(({ truth }) => truth.orders > 0);
  const groups = {
    everyone: company.customers,
    buyers,
    'buyers not lost': buyers.filter(({ truth }) => truth.lostAt === undefined),
  };
  return {
    customers,
    seed,
    touchpoints: company.customers.reduce((sum, { touchpoints }) => sum + touchpoints.length, 0),
    groups: Object.entries(groups).map(([group, some]) => ({
      group: group as GroupReport['group'],
      stages: stageAgreement(company, some, seed),
      factors: factorAgreement(company, some, seed),
    })),
    recovery: recoveryChanges(company, seed),
    loss: lossWarnings(company),
  };
};
