/** How an engine that serves ends, for a supervisor, a container or a script that starts it again. */
import type { StorageProblem } from '@rapport/runtime';

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
const FOR_PEOPLE = new Set(['ConfigError', 'ServeError', 'StorageError', 'StoreError', 'DataDirectoryError']);

/** Problems of storage that may go by themselves. */
const TEMPORARY_PROBLEMS = new Set<unknown>(['in-use', 'full'] satisfies StorageProblem[]);

export const isForPeople = (error: unknown): error is Error => error instanceof Error && FOR_PEOPLE.has(error.name);

/** Whether the same start may succeed later by itself. */
export const isTemporary = (error: unknown): boolean => {
  if (!isForPeople(error)) return false;
  const { problem, temporary } = error as Error & { readonly problem?: unknown; readonly temporary?: unknown };
  return temporary === true || TEMPORARY_PROBLEMS.has(problem);
};

/** For what ended an engine, or kept it from starting. */
export const exitStatusOf = (error: unknown): number => {
  if (!isForPeople(error)) return EXIT_STATUS.defect;
  return isTemporary(error) ? EXIT_STATUS.temporary : EXIT_STATUS.wrong;
};
