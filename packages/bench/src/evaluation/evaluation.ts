import { type Ruleset, rulesetHash } from '@rapport/domain';
import { evaluateReal, type RealReport } from './real/real-report';
import { type Requirement, requirementsOnReal, requirementsOnSimulated } from './requirements';
import { evaluateSimulated, type SimulatedOptions, type SimulatedReport } from './simulated/simulated-report';

export interface EvaluationOptions {
  readonly ruleset: Ruleset;
  /** The real file; without it only the simulated part runs. */
  readonly file?: string;
  readonly simulated: SimulatedOptions;
  /** Told what is being done. */
  readonly onStep?: (step: string) => void;
}

/** Everything that is evaluated: the document of `--json`. */
export interface EvaluationReport {
  readonly ruleset: { readonly name: string; readonly version: number; readonly hash: string };
  /** Absent where there was no file. */
  readonly real?: RealReport;
  readonly simulated: SimulatedReport;
  readonly requirements: readonly Requirement[];
  /** Whether all requirements that could be judged are met. */
  readonly met: boolean;
}

export const evaluation = async (options: EvaluationOptions): Promise<EvaluationReport> => {
  const { ruleset, file, simulated: simulatedOptions, onStep = () => undefined } = options;
  let real: RealReport | undefined;
  if (file !== undefined) {
    onStep('real orders');
    real = await evaluateReal(ruleset, file, simulatedOptions.seed);
  }
  onStep('simulated company');
  const simulated = evaluateSimulated(ruleset, simulatedOptions);
  const requirements = [...(real === undefined ? [] : requirementsOnReal(real)), ...requirementsOnSimulated(simulated)];
  return {
    ruleset: { name: ruleset.ruleset, version: ruleset.version, hash: rulesetHash(ruleset) },
    ...(real === undefined ? {} : { real }),
    simulated,
    requirements,
    met: requirements.every(({ met }) => met),
  };
};
