/** What tests of other packages share: not part of the engine's interface. */
export * from './testing/test-clock';
