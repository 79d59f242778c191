/** The caller of long work on a data directory: where messages go, how progress is shown, when to stop. */
export interface Host {
  /** A message for a person. */
  readonly note: (text: string) => void;
  readonly progress: (label: string, unit: string) => Progress;
  /** Aborts the work; what was recorded stays. */
  readonly signal: AbortSignal;
}

/** Shows how far something long has come. */
export interface Progress {
  /** `total` absent: not known yet. */
  readonly update: (done: number, total?: number) => void;
  /** May be called twice. */
  readonly stop: () => void;
}
