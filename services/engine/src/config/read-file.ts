import { readFileSync } from 'node:fs';
import { nearestName } from '@rapport/domain';
import { isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { Given } from './given';
import { SETTING_NAMES, type SettingName } from './settings';

/** What a file sets, and what is wrong with it. */
export interface ReadConfigFile {
  readonly given: readonly Given[];
  readonly problems: readonly string[];
}

/** Names that have settings below them, such as `http`. */
const isGroup = (path: string): boolean => SETTING_NAMES.some((name) => name.startsWith(`${path}.`));

/** Reads `rapport.yaml` (YAML, of which JSON is a part). Names may be nested or dotted. */
export const readConfigFile = (file: string): ReadConfigFile => {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${message}`;
    return { given: [], problems: [`${file}: ${what}.`] };
  }
  return parseConfig(file, content);
};

export const parseConfig = (file: string, content: string): ReadConfigFile => {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const given: Given[] = [];
  const problems: string[] = [];
  const placeOf = (offset: number | undefined): string => {
    const { line, col } = lines.linePos(offset ?? 0);
    return `${file}:${line}:${col}`;
  };
  const walk = (map: YAMLMap, above: string): void => {
    for (const { key, value } of map.items) {
      const path = above + String(isScalar(key) ? key.value : key);
      const place = placeOf((key as Node | null)?.range?.[0]);
      if ((SETTING_NAMES as readonly string[]).includes(path)) {
        const node = value as Node | null;
        given.push({
          name: path as SettingName,
          value: node?.toJS(document) ?? undefined,
          source: 'file',
          place: placeOf(node?.range?.[0]),
        });
      } else if (isGroup(path) && isMap(value)) walk(value, `${path}.`);
      else if (isGroup(path)) problems.push(`${place}: ${path}: expected settings below it.`);
      else problems.push(`${place}: ${unknownSetting(path)}`);
    }
  };
  if (document.errors.length > 0)
    for (const { message, pos } of document.errors) problems.push(`${placeOf(pos[0])}: ${message.split('\n')[0]}`);
  else if (isMap(document.contents)) walk(document.contents, '');
  else if (document.contents !== null)
    problems.push(`${placeOf(0)}: expected settings, such as "http: { port: 7600 }".`);
  return { given, problems };
};

/** The message for an unknown setting. */
export const unknownSetting = (name: string): string => {
  const near = nearestName(name, SETTING_NAMES);
  return `there is no setting "${name.slice(0, 80)}"${near === undefined ? '. All are listed by: rapport config' : `; did you mean "${near}"?`}`;
};
