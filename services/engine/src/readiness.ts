import type { ChangeFeed } from '@rapport/engine';
import type { SupervisedProjection } from './supervised-projection';

export interface ReadinessSources {
  readonly projection: Pick<SupervisedProjection, 'problem' | 'status'>;
  readonly feed: Pick<ChangeFeed, 'problem'>;
  /** Milliseconds. */
  readonly maxLag: number;
  readonly stopping: () => boolean;
}

/** Why requests should go elsewhere at the moment, in words; empty when they need not. */
export const notReady = ({ projection, feed, maxLag, stopping }: ReadinessSources): readonly string[] => {
  if (stopping()) return ['the engine is being stopped'];
  const problems = [projection.problem(), feed.problem()].filter((problem) => problem !== undefined);
  const { behind } = projection.status();
  return [...problems, ...(behind > maxLag ? [`the read model is ${Math.round(behind / 1000)} s behind`] : [])];
};
