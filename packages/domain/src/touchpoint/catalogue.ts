import * as campaigns from './families/campaigns';
import * as identity from './families/identity';
import { recovery } from './families/recovery';
import * as service from './families/service';
import * as voice from './families/voice';
import type { TouchpointType } from './touchpoint-type';

/** Every type of touchpoint an installation accepts, by name, in the order of the reference. */
export interface Catalogue {
  readonly types: ReadonlyMap<string, TouchpointType>;
}

/** A catalogue of these types, in this order; of two with one name the later counts. */
export const catalogueOf = (types: Iterable<TouchpointType>): Catalogue => ({
  types: new Map([...types].map((type) => [type.name, type])),
});

/** The types that every installation knows. More are added by a ruleset: see `catalogueWith`. */
export const standardCatalogue: Catalogue = catalogueOf([
  ...campaigns.directMail,
  ...campaigns.directMarketing,
  ...campaigns.databaseMarketing,
  ...service.personalContact,
  ...service.coreService,
  ...service.addedService,
  ...recovery,
  ...voice.feedback,
  ...voice.feedbackOnStaff,
  ...voice.socialBond,
  ...identity.consentAndIdentity,
  ...identity.internalMarketing,
]);

/** Whether touchpoints of a type are accepted. */
export const isKnownType = (name: string, catalogue: Catalogue = standardCatalogue): boolean =>
  catalogue.types.has(name);

/**
 * The names a pattern (`order.completed`, `order.*`, `*`) stands for, in catalogue order; none for a pattern that can
 * never match, which is what a lint wants to know.
 */
export const typesMatching = (pattern: string, catalogue: Catalogue = standardCatalogue): readonly string[] => {
  if (pattern === '*') return [...catalogue.types.keys()];
  if (!pattern.endsWith('.*')) return catalogue.types.has(pattern) ? [pattern] : [];
  const prefix = pattern.slice(0, -1);
  return [...catalogue.types.keys()].filter((name) => name.startsWith(prefix));
};
