import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { catalogueMarkdown, rulesetJsonSchema, rulesetLanguageMarkdown } from '@rapport/domain';
import { configurationMarkdown } from '@rapport/engine-service';
import { httpApiMarkdown } from '@rapport/http-api';
import { metricsMarkdown } from '@rapport/telemetry';

export interface ReferencePage {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** The pages of docs/reference that follow from the code. */
export const referencePages = async (): Promise<readonly ReferencePage[]> => [
  { path: 'docs/reference/touchpoints.md', text: catalogueMarkdown() },
  { path: 'docs/reference/ruleset-language.md', text: rulesetLanguageMarkdown() },
  { path: 'docs/reference/configuration.md', text: configurationMarkdown() },
  { path: 'docs/reference/http-api.md', text: await httpApiMarkdown() },
  { path: 'docs/reference/metrics.md', text: metricsMarkdown() },
  { path: 'docs/reference/ruleset.schema.json', text: `${JSON.stringify(rulesetJsonSchema(), null, 2)}\n` },
];

/** Paths of pages that differ from what the code says, or are missing. */
export const stalePages = async (root: string): Promise<readonly string[]> =>
  (await referencePages())
    .filter(({ path, text }) => {
      const file = join(root, path);
      return !existsSync(file) || readFileSync(file, 'utf8') !== text;
    })
    .map(({ path }) => path);

export const writePages = async (root: string): Promise<void> => {
  for (const { path, text } of await referencePages()) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
};
