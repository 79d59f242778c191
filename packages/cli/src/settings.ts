import type { EffectiveConfig, Given, SettingName } from '@rapport/engine-service';
import type { Cli } from './cli';

/** Options of commands that work with the engine's configuration. */
export interface SettingOptions {
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
  /** False with `--no-auth`. */
  readonly auth?: boolean;
  readonly logLevel?: string;
  readonly logFormat?: string;
  readonly set?: readonly string[];
}

/**
 * The configuration that counts for a command.
 *
 * @throws ConfigError with every problem
 */
export const settingsOf = (cli: Cli, options: SettingOptions, presets: readonly Given[] = []): EffectiveConfig => {
  const { effectiveConfig, givenBySet } =
    require('@rapport/engine-service') as typeof import('@rapport/engine-service');
  const flag = (name: SettingName, place: string, value: unknown): readonly Given[] =>
    value === undefined ? [] : [{ name, value, source: 'flag', place }];
  const effective = effectiveConfig({
    file: options.config,
    environment: process.env,
    presets,
    flags: [
      ...flag('data', '--data', cli.dataFlag),
      ...flag('http.host', '--host', options.host),
      ...flag('http.port', '--port', options.port),
      ...flag('auth.enabled', '--no-auth', options.auth === false ? false : undefined),
      ...flag('log.level', '--log-level', options.logLevel),
      ...flag('log.format', '--log-format', options.logFormat),
      ...(options.set ?? []).map(givenBySet),
    ],
  });
  for (const warning of effective.warnings) cli.note(warning);
  return effective;
};
