import type { InForce } from '@rapport/data-directory';
import type { ReadSide } from './read-side';
import { type Rules, rulesOf } from './rules';

/** By which rules questions are answered; the read model that answers them follows. */
export interface PresentRules {
  current(): Rules;
  /** To be called before each start of the projection, whether or not the rules are others. */
  changeTo(next: InForce): Promise<void>;
  /** Another read model was put in the place of the one that is open. */
  madeAnew(): Promise<void>;
}

/** @param readSide open, with these rules */
export const presentRules = (inForce: InForce, readSide: Pick<ReadSide, 'reopen'>): PresentRules => {
  let rules = rulesOf(inForce);
  /** The read model that is open was replaced: until another could be opened, it is tried again. */
  let replaced = false;

  const follow = async (): Promise<void> => {
    if (!replaced) return;
    await readSide.reopen(rules.program);
    replaced = false;
  };

  return {
    current: () => rules,
    changeTo: (next) => {
      if (next.hash !== rules.hash) {
        rules = rulesOf(next);
        replaced = true;
      }
      return follow();
    },
    madeAnew: () => {
      replaced = true;
      return follow();
    },
  };
};
