/** What tests of other packages share: not part of the domain's interface. */

export * from './testing/differences';
export * from './testing/from-json-schema';
export * from './testing/histories';
