import type { StorageProblem } from '@rapport/runtime';

/** How a command ends, as scripts see it. */
export const EXIT = {
  done: 0,
  /** The answer is no: a difference was found, verification failed, rows were rejected under `--strict`. */
  no: 1,
  /** Wrong use, or input that cannot be read. */
  wrong: 2,
  /** A defect of Rapport. */
  defect: 70,
  /** `serve` only: something is in the way that may go by itself, such as a port that is taken. */
  temporary: 75,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message for the person who gave it: what is wrong, where, and what to do. */
export class CommandError extends Error {
  override readonly name = 'CommandError';

  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.wrong,
  ) {
    super(message);
  }
}

/** Errors of Rapport's packages whose message is meant for people, by name: loading their classes would cost more. */
const FOR_PEOPLE: ReadonlySet<string> = new Set([
  'CommandError',
  'DataDirectoryError',
  'StorageError',
  'StoreError',
  'ImportError',
  'ExportError',
  'SimulationOptionsError',
  'RebuildNeeded',
  'ConfigError',
  'ServeError',
]);

/** AbortError is Node's, Interrupted the engine's. */
export const isAbort = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AbortError' || error.name === 'Interrupted');

/** An error of the operating system: a full disk, a file that may not be written. */
const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && 'code' in error;

/** Another process writes to the store. */
const isLocked = (error: unknown): error is Error =>
  error instanceof Error && (error as { problem?: StorageProblem }).problem === 'in-use';

/** The message and the exit code for an error of a command. */
export const failureOf = (error: unknown): { readonly message: string; readonly exitCode: ExitCode } => {
  if (error instanceof CommandError) return error;
  if (isAbort(error)) return { message: 'Stopped.', exitCode: EXIT.interrupted };
  if (isLocked(error))
    return {
      message: `${error.message} If it is the engine that serves, ask it over HTTP.`,
      exitCode: EXIT.wrong,
    };
  if (error instanceof Error && FOR_PEOPLE.has(error.name)) return { message: error.message, exitCode: EXIT.wrong };
  if (isSystemError(error) && (error.code === 'EACCES' || error.code === 'EPERM') && error.path !== undefined)
    return {
      message: `${error.path}: this user has no permission for it (${error.syscall}). Run as the user it belongs to, or have that user let this one in.`,
      exitCode: EXIT.wrong,
    };
  if (isSystemError(error)) return { message: `The system refused: ${error.message}.`, exitCode: EXIT.wrong };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    message: `This is a defect of Rapport, not of your data. Please report it with the lines below.\n${stack}`,
    exitCode: EXIT.defect,
  };
};

const TITLES: Readonly<Record<number, string>> = {
  [EXIT.no]: 'The answer is no',
  [EXIT.wrong]: 'Wrong use or bad input',
  [EXIT.defect]: 'A defect of Rapport',
  [EXIT.interrupted]: 'Interrupted',
};

/**
 * A failure for programs, in the words of RFC 9457: what `--json` prints on stderr, as its last line, where people get
 * the message. Nothing of it is on stdout.
 */
export const problemLine = (message: string, exitCode: ExitCode): string =>
  `${JSON.stringify({ title: TITLES[exitCode] ?? '', detail: message, exitCode })}\n`;

/** Runs work that Ctrl-C may stop, and then says how to go on. */
export const interruptible = async <T>(howToResume: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw isAbort(error) ? new CommandError(`Stopped. ${howToResume}`, EXIT.interrupted) : error;
  }
};
