/** What tests of other packages share: not part of the interface. */
export * from './testing/issuer';
export * from './testing/place';
