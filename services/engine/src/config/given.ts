import type { SettingName } from './settings';

export type Source = 'flag' | 'environment' | 'file' | 'default';

/** A value that was given for a setting, not yet checked. */
export interface Given {
  readonly name: SettingName;
  readonly value: unknown;
  readonly source: Source;
  /** `rapport.yaml:3:9`, `RAPPORT_HTTP_PORT`, `--port`. */
  readonly place: string;
}

/**
 * A value for eyes. No setting is meant to hold a secret; if an operator has put a password into a URL, it is not
 * shown.
 */
export const withoutPasswords = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/\/\/[^/\s]*@/g, '//[redacted]@') : value;
