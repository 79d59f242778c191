export { configDocument, type ShownSetting } from './config-document';
export { ConfigError } from './config-error';
export { configurationMarkdown } from './config-markdown';
export { type ConfigInput, type EffectiveConfig, effectiveConfig, givenBySet } from './effective';
export type { Given, Source } from './given';
export { type Config, environmentName, SETTING_NAMES, SETTINGS, type SettingName } from './settings';
