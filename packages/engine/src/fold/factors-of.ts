import type { Program } from '@rapport/domain';
import type { FactorParameters } from '@rapport/read-model';

/** What a read model needs to know of each factor, to be asked for customers by score. */
export const factorsOf = (program: Program): Readonly<Record<string, FactorParameters>> =>
  Object.fromEntries(program.factors.map(({ id, halfLife, prior }) => [id, { halfLife, prior }]));
