/** Helpers for tests of other packages; not part of the engine's interface. */
export * from './testing/test-clock';
