import { parse } from 'yaml';
import { codecOf } from './language/codec';
import { RULESET_LANGUAGE } from './language/ruleset-language';
import { RETAIL } from './retail/retail';
import { rulesetLanguageMarkdown, rulesetMarkdown } from './ruleset-markdown';

test('the reference has a section for every part of the language and names every key', () => {
  const page = rulesetLanguageMarkdown();
  for (const { title, shape } of Object.values(RULESET_LANGUAGE)) {
    expect(page).toContain(`\n## ${title}\n`);
    const objects = shape.kind === 'object' ? [shape] : shape.kind === 'choice' ? Object.values(shape.variants) : [];
    for (const key of objects.flatMap((object) => Object.keys(object.fields))) expect(page).toContain(`| \`${key}\` |`);
  }
});

test('every link of the reference leads to a section', () => {
  const page = rulesetLanguageMarkdown();
  const anchors = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) => title.toLowerCase().replaceAll(' ', '-'));
  for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor);
});

test.each(Object.entries(RULESET_LANGUAGE))('the example of %s decodes', (name, { example }) => {
  const value: unknown = parse(example!);
  // Factors and metrics are written under their id.
  const written = name === 'factor' || name === 'metric' ? Object.values(value as object)[0] : value;
  expect(codecOf(RULESET_LANGUAGE, name).is(written)).toBe(true);
});

test.each(['en', 'vi'])('the page of a ruleset names every element, in %s', (language) => {
  const page = rulesetMarkdown(RETAIL, language);
  for (const { id, reason } of RETAIL.evidence!) expect(page).toContain(`| ${id} | ${reason![language]} |`);
  for (const { id, label } of RETAIL.stages) expect(page).toContain(`| ${id} | ${label![language]} |`);
});
