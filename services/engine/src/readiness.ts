import type { SupervisedProjection } from './supervised-projection';

export interface ReadinessSources {
  readonly projection: Pick<SupervisedProjection, 'problem' | 'status'>;
  /** Milliseconds. */
  readonly maxLag: number;
  readonly stopping: () => boolean;
}

/** Why requests should go elsewhere at the moment, in words; empty when they need not. */
export const notReady = ({ projection, maxLag, stopping }: ReadinessSources): readonly string[] => {
  if (stopping()) return ['the engine is being stopped'];
  const problem = projection.problem();
  const { behind } = projection.status();
  return [
    ...(problem === undefined ? [] : [problem]),
    ...(behind > maxLag ? [`the read model is ${Math.round(behind / 1000)} s behind`] : []),
  ];
};
