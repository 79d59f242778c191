import type { JsonObject } from '../json';
import { standardCatalogue } from './catalogue';
import type { SchemaVersion } from './touchpoint-type';

/** Only types that ever changed; for all others there is nothing to do. */
const CHANGED: ReadonlyMap<string, readonly SchemaVersion[]> = new Map(
  [...standardCatalogue.types.values()]
    .filter(({ versions }) => versions.length > 1)
    .map(({ name, versions }) => [name, versions]),
);

/**
 * Data of an older schema version as the newest one has it: what replay does on reading, since the log keeps every
 * touchpoint in the version it came in. Data that is of the newest version, or of a type without versions, is returned
 * as it is, the same object. Types of the operator have one version.
 *
 * @example upcast('survey.answered', 1, { instrument: 'nps', score: 9 }) // { instrument: 'nps', score: 9, scale: 10 }
 */
export const upcast = (type: string, version: number, data: JsonObject): JsonObject => {
  const versions = CHANGED.get(type);
  if (versions === undefined || version >= versions.length) return data;
  return versions.slice(Math.max(version, 1) - 1).reduce((newer, step) => step.upcast?.(newer) ?? newer, data);
};

/** The schema version that new touchpoints of a type should come in; 1 for types this build does not know. */
export const newestVersion = (type: string): number => standardCatalogue.types.get(type)?.versions.length ?? 1;
