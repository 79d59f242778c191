import type { Program } from '@rapport/domain';
import type { FactorParameters } from '@rapport/read-model';

/** The parameters of each factor that a read model needs, to find customers by score. */
export const factorsOf = (program: Program): Readonly<Record<string, FactorParameters>> =>
  Object.fromEntries(program.factors.map(({ id, halfLife, prior }) => [id, { halfLife, prior }]));
