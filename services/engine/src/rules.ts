import type { InForce } from '@rapport/data-directory';
import { type Catalogue, catalogueWith, compileRuleset, type Program, standardCatalogue } from '@rapport/domain';
import { isLeft } from 'fp-ts/Either';

/** The rules by which everything is answered at the moment, made ready. */
export interface Rules extends InForce {
  readonly program: Program;
  /** The types that intake takes. */
  readonly catalogue: Catalogue;
}

export const rulesOf = (inForce: InForce): Rules => {
  const catalogue = catalogueWith(inForce.ruleset.touchpoints);
  return {
    ...inForce,
    program: compileRuleset(inForce.ruleset),
    catalogue: isLeft(catalogue) ? standardCatalogue : catalogue.right,
  };
};
