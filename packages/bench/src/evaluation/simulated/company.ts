import { compileRuleset, type Evaluation, evaluate, type Program, type Ruleset } from '@rapport/domain';
import { DEFAULT_END, type SimulatedCustomer, type SimulationOptions, simulate } from '@rapport/simulator';

/** A simulated customer, and the result of the ruleset from their observable touchpoints. */
export interface Judged extends SimulatedCustomer {
  readonly evaluation: Evaluation;
}

export interface JudgedCompany {
  readonly program: Program;
  readonly endAt: number;
  readonly customers: readonly Judged[];
}

/** Simulates a company and folds every customer as of its last millisecond. The fold sees touchpoints only. */
export const judgedCompany = (ruleset: Ruleset, options: SimulationOptions): JudgedCompany => {
  const program = compileRuleset(ruleset);
  const endAt = options.endAt ?? DEFAULT_END;
  const customers = Array.from(simulate(options), (one) => ({
    ...one,
    evaluation: evaluate(program, one.touchpoints, { asOf: endAt }),
  }));
  return { program, endAt, customers };
};
