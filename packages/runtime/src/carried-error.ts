import { StorageError, type StorageProblem } from './storage-error';

/** An error as it crosses from one thread to another, where its class is lost. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** The other texts of the error: the `kind` of a StoreError, for example. */
  readonly details: Readonly<Record<string, string>>;
}

type Revive = (carried: CarriedError) => Error;

const classes = new Map<string, Revive>([
  ['RangeError', ({ message }) => new RangeError(message)],
  ['StorageError', ({ message, details }) => new StorageError(details.problem as StorageProblem, message)],
]);

/**
 * Errors of this name become instances of their class again on the thread that receives them. Call it in the module of
 * the class.
 *
 * @example revive('StoreError', ({ details, message }) => new StoreError(details.kind, details.path, message));
 */
export const revive = (name: string, make: Revive): void => {
  classes.set(name, make);
};

/** An error, ready to be posted to another thread. */
export const carryError = (error: unknown): CarriedError => {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), details: {} };
  const texts = Object.entries(error).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { name: error.name, message: error.message, stack: error.stack, details: Object.fromEntries(texts) };
};

/** The error as it was on the other thread; one of an unknown class keeps its name, its stack and its details. */
export const carriedError = (carried: CarriedError): Error => {
  const { name, message, stack, details } = carried;
  return classes.get(name)?.(carried) ?? Object.assign(new Error(message), details, { name, stack });
};
