import { StoreError, type StoreErrorKind } from './store-error';

/** An error as it crosses from one thread to another, where its class is lost. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** What it says beside its message: the kind of a StoreError, say. Texts only. */
  readonly details: Readonly<Record<string, string>>;
}

/** An error made ready to be posted to another thread. */
export const carryError = (error: unknown): CarriedError => {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), details: {} };
  const texts = Object.entries(error).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { name: error.name, message: error.message, stack: error.stack, details: Object.fromEntries(texts) };
};

/** The same error on the other side: a StoreError and a RangeError are what they were, others keep name and details. */
export const carriedError = ({ name, message, stack, details }: CarriedError): Error => {
  if (name === 'StoreError') return new StoreError(details.kind as StoreErrorKind, details.path, message);
  if (name === 'RangeError') return new RangeError(message);
  return Object.assign(new Error(message), details, { name, stack });
};
