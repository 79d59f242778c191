import type { EffectiveConfig } from './effective';
import { type Source, withoutPasswords } from './given';
import { SETTING_NAMES, type SettingName } from './settings';

/** A setting as it is shown to people and scripts. */
export interface ShownSetting {
  readonly name: SettingName;
  /** As it was written; null where it is not set, a password in it replaced. */
  readonly value: unknown;
  readonly source: Source;
  /** `rapport.yaml:3:9`, `RAPPORT_HTTP_PORT`, `--port`; absent for defaults. */
  readonly place?: string;
}

/** The configuration that counts, with where each value comes from, without secrets. */
export const configDocument = ({ from }: EffectiveConfig): readonly ShownSetting[] =>
  SETTING_NAMES.map((name) => {
    const { value, source, place } = from[name];
    return {
      name,
      value: value === undefined ? null : withoutPasswords(value),
      source,
      ...(place === '' ? undefined : { place }),
    };
  });
