import type { InForce } from '@rapport/data-directory';
import type { ReadModelHandle } from './read-model-handle';
import { type Rules, rulesOf } from './rules';

/** The rules that answer questions; the open read model follows them. */
export class ActiveRules {
  private rules: Rules;
  /** The open read model is outdated. Opening another one is tried at each start of the projection until it succeeds. */
  private outdated = false;

  /** @param readModel open, with these rules */
  constructor(
    inForce: InForce,
    private readonly readModel: Pick<ReadModelHandle, 'reopen'>,
  ) {
    this.rules = rulesOf(inForce);
  }

  current(): Rules {
    return this.rules;
  }

  /** To be called before each start of the projection, whether or not the rules are others. */
  changeTo(next: InForce): Promise<void> {
    if (next.hash !== this.rules.hash) {
      this.rules = rulesOf(next);
      this.outdated = true;
    }
    return this.follow();
  }

  /** To be called when the stored read model was replaced by another one. */
  readModelRebuilt(): Promise<void> {
    this.outdated = true;
    return this.follow();
  }

  private async follow(): Promise<void> {
    if (!this.outdated) return;
    await this.readModel.reopen(this.rules.program);
    this.outdated = false;
  }
}
