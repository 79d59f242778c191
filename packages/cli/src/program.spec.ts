import { AUDIT_ACTIONS } from '@rapport/access';
import type { Command } from 'commander';
import { createProgram } from './program';

const leaves = (command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] =>
  command.commands.length === 0
    ? [[path.join(' '), command]]
    : command.commands.flatMap((inner) => leaves(inner, [...path, inner.name()]));

const helpOf = (command: Command): string => {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return text;
};

const commands = leaves(createProgram(new AbortController().signal));

test('the commands are those of the reference', () => {
  expect(commands.map(([name]) => name).sort()).toEqual([
    ...['audit-log', 'backup', 'candidates', 'cases', 'completion', 'config', 'customers', 'demo', 'evaluate'],
    ...['export', 'import'],
    ...['keys create', 'keys list'],
    ...['keys revoke', 'parked list', 'parked retry', 'rebuild', 'rejections list', 'rejections show', 'replay'],
    ...[
      'ruleset diff',
      'ruleset lint',
      'ruleset list',
      'ruleset publish',
      'ruleset show',
      'serve',
      'show',
      'simulate',
      'timeline',
      'verify',
      'watch',
      ...['create', 'delete', 'deliveries', 'list', 'pause', 'redeliver', 'resume', 'rotate', 'test'].map(
        (name) => `webhooks ${name}`,
      ),
      'why',
    ],
  ]);
});

test.each(commands)('the help of %s shows an example of it', (name, command) => {
  expect(helpOf(command)).toMatch(new RegExp(`Examples?:\\n {2}\\$ rapport ${name.replace(' list', '')}`));
});

test.each(commands)('%s says what it does, and what each of its options means', (_, command) => {
  expect(command.description()).not.toBe('');
  for (const option of command.options) expect(option.description).not.toBe('');
});

test('the help of import names the columns that a mapping yields', () => {
  const [, command] = commands.find(([name]) => name === 'import')!;
  expect(helpOf(command)).toContain('customer, type, occurred_at, id and data');
});

test('the audit log is asked for every action there is', () => {
  const [, auditLog] = commands.find(([name]) => name === 'audit-log')!;
  expect(auditLog.options.find(({ long }) => long === '--action')!.argChoices).toEqual([...AUDIT_ACTIONS]);
});
