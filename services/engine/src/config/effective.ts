import { isLeft } from 'fp-ts/Either';
import { ConfigError } from './config-error';
import { type Given, withoutPasswords } from './given';
import { readConfigFile, unknownSetting } from './read-file';
import { type Config, environmentName, SETTING_NAMES, SETTINGS, type SettingName } from './settings';

/** The configuration that counts, and where each value comes from. */
export interface EffectiveConfig {
  readonly config: Config;
  /** What was given for each setting, as it was written; the default where nothing was. */
  readonly from: Readonly<Record<SettingName, Omit<Given, 'name'>>>;
  /** Worth a look, though nothing is refused for it. */
  readonly warnings: readonly string[];
}

export interface ConfigInput {
  /** `--config`; else `RAPPORT_CONFIG`. */
  readonly file?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags?: readonly Given[];
  /** What a command takes instead of some defaults: the demo logs less. */
  readonly presets?: readonly Given[];
}

/** Names that mean something to Rapport without being settings. */
const OTHERS = new Set(['RAPPORT_CONFIG', 'RAPPORT_URL', 'RAPPORT_KEY', 'RAPPORT_LANG', 'RAPPORT_TZ']);
/** What Kubernetes puts into every container when a service is called `rapport`. */
const OF_KUBERNETES = /^RAPPORT_(SERVICE_(HOST|PORT.*)|PORT|PORT_\d+_.*)$/;

const fromEnvironment = (environment: ConfigInput['environment']) => {
  const known = new Map(SETTING_NAMES.map((name) => [environmentName(name), name]));
  const given: Given[] = [];
  const warnings: string[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith('RAPPORT_') || value === undefined || value === '') continue;
    const name = known.get(variable);
    if (name !== undefined) given.push({ name, value, source: 'environment', place: variable });
    else if (!OTHERS.has(variable) && !OF_KUBERNETES.test(variable)) warnings.push(`${variable} sets nothing.`);
  }
  return { given, warnings };
};

/** `--set name=value`, as given on a command line. */
export const givenBySet = (assignment: string): Given => {
  const at = assignment.indexOf('=');
  const name = at < 0 ? assignment : assignment.slice(0, at);
  if (!(SETTING_NAMES as readonly string[]).includes(name)) throw new ConfigError([`--set: ${unknownSetting(name)}`]);
  if (at < 0) throw new ConfigError([`--set: expected ${name}=VALUE`]);
  return { name: name as SettingName, value: assignment.slice(at + 1), source: 'flag', place: `--set ${name}` };
};

const shown = (value: unknown): string => {
  const text = JSON.stringify(withoutPasswords(value)) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

/**
 * Flags before environment before file before defaults, checked.
 *
 * @throws ConfigError with every problem
 */
export const effectiveConfig = ({ file, environment, flags = [], presets = [] }: ConfigInput): EffectiveConfig => {
  const path = file ?? (environment.RAPPORT_CONFIG || undefined);
  const read = path === undefined ? { given: [], problems: [] } : readConfigFile(path);
  const { given: variables, warnings } = fromEnvironment(environment);
  const problems = [...read.problems];
  const values: Partial<Record<SettingName, unknown>> = {};
  const from: Partial<Record<SettingName, Omit<Given, 'name'>>> = {};
  for (const name of SETTING_NAMES) {
    const given: Omit<Given, 'name'> = lastOf(flags, name) ??
      lastOf(variables, name) ??
      lastOf(read.given, name) ??
      lastOf(presets, name) ?? {
        value: (SETTINGS[name] as { default?: unknown }).default,
        source: 'default',
        place: '',
      };
    const { value, source, place } = given;
    from[name] = { value, source, place };
    if (value === undefined && SETTINGS[name].optional) continue;
    const decoded = SETTINGS[name].kind.decode(value);
    if (isLeft(decoded))
      problems.push(
        `${place}: ${source === 'file' ? `${name}: ` : ''}expected ${SETTINGS[name].kind.name}, found ${shown(value)}`,
      );
    else values[name] = decoded.right;
  }
  const config = values as Config;
  if (problems.length === 0) problems.push(...contradictions(config));
  if (problems.length > 0) throw new ConfigError(problems);
  return { config, from: from as EffectiveConfig['from'], warnings };
};

/** The one that was given last counts. */
const lastOf = (given: readonly Given[], wanted: SettingName): Given | undefined =>
  given.filter(({ name }) => name === wanted).at(-1);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** What each setting allows for itself but not together with the others. */
const contradictions = (config: Config): readonly string[] => {
  const problems: string[] = [];
  const together = (a: SettingName, b: SettingName): void => {
    if ((config[a] === undefined) !== (config[b] === undefined)) {
      const [there, missing] = config[a] === undefined ? [b, a] : [a, b];
      problems.push(`${there} needs ${missing} too.`);
    }
  };
  together('http.tls.key', 'http.tls.cert');
  together('auth.oidc.issuer', 'auth.oidc.audience');
  if (!config['auth.enabled'] && !isLoopback(config['http.host']))
    problems.push(
      `http.host: ${config['http.host']} can be reached by others, and auth.enabled is false: anyone who reaches it could read and write everything. Turn authentication on, or listen on 127.0.0.1.`,
    );
  return problems;
};
