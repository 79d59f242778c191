/** What is wrong with the configuration: each problem with its place and what is expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super([...problems, `Nothing was started. Settings are explained in docs/reference/configuration.md`].join('\n'));
  }
}
