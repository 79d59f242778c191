/** How an engine that serves ends, for whatever starts it again: a supervisor, a container, a script. */
export const EXIT_STATUS = {
  stopped: 0,
  /** Wrong settings, or a store that cannot be used as it is: an operator has to correct it first. */
  wrong: 2,
  /** A defect of Rapport (EX_SOFTWARE of sysexits.h). */
  defect: 70,
  /** Something is in the way that may go by itself: worth another start (EX_TEMPFAIL of sysexits.h). */
  temporary: 75,
  interrupted: 130,
} as const;

/** Their messages are meant for people. By name: errors may come from another copy of their class. */
const FOR_PEOPLE = new Set(['ConfigError', 'ServeError', 'StoreError', 'DataDirectoryError']);

/** Another process holds the store, or the disk is full. */
const TEMPORARY_KINDS = new Set<unknown>(['locked', 'full']);

export const isForPeople = (error: unknown): error is Error => error instanceof Error && FOR_PEOPLE.has(error.name);

/** Whether the same start may succeed later without anybody's doing. */
export const isTemporary = (error: unknown): boolean => {
  if (!isForPeople(error)) return false;
  const { name, kind, temporary } = error as Error & { readonly kind?: unknown; readonly temporary?: unknown };
  return name === 'StoreError' ? TEMPORARY_KINDS.has(kind) : temporary === true;
};

/** For what ended an engine, or kept it from starting. */
export const exitStatusOf = (error: unknown): number => {
  if (!isForPeople(error)) return EXIT_STATUS.defect;
  return isTemporary(error) ? EXIT_STATUS.temporary : EXIT_STATUS.wrong;
};
