import { spawnSync } from 'node:child_process';
import { createProgram } from '../program';
import { completionScript, SHELLS, type Shell } from '.';

/**
 * The scripts, run by the shells they are for. What zsh and fish offer is tried where they are installed; bash is
 * everywhere.
 */
const program = createProgram(new AbortController().signal);
const script = (shell: Shell): string => completionScript(program, shell);
const installed = (shell: Shell): boolean => spawnSync(shell, ['-c', ':']).status === 0;

const inBash = (words: readonly string[]): string => `${script('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_rapport; printf '%s\\n' "\${COMPREPLY[@]}"`;

// What zsh's own functions are given, without an editor around them.
const inZsh = (words: readonly string[]): string => `
compadd() { print -l -- "\${(@P)2}" }
_describe() { print -l -- "\${(@)\${(@P)2}%%:*}" }
_files() { print FILES }
${script('zsh')}
words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}
_rapport`;

const inFish = (words: readonly string[]): string => `${script('fish')}
complete -C '${words.join(' ')}'`;

const RUN: Readonly<Record<Shell, (words: readonly string[]) => string>> = { bash: inBash, zsh: inZsh, fish: inFish };

/** What a shell offers for the last word of a command line. */
const offered = (shell: Shell, ...words: readonly string[]): readonly string[] => {
  const { stdout, stderr, status } = spawnSync(shell, ['-c', RUN[shell](['rapport', ...words])], {
    encoding: 'utf8',
    cwd: __dirname,
  });
  expect({ status, stderr }).toMatchObject({ status: 0, stderr: '' });
  const begun = words.at(-1)!;
  const all = stdout.split('\n').map((line) => line.split('\t')[0]);
  return all.filter((word) => word !== '' && word.startsWith(begun));
};

describe.each(SHELLS)('in %s', (shell) => {
  const when = installed(shell) ? test : test.skip;

  when('commands are offered, at every place', () => {
    expect(offered(shell, 'ti')).toEqual(['timeline']);
    expect(offered(shell, '')).toEqual(expect.arrayContaining(program.commands.map((one) => one.name())));
    expect([...offered(shell, 'ruleset', '')].sort()).toEqual(['diff', 'lint', 'list', 'publish', 'show']);
    expect(offered(shell, '--data', 'show', 'keys', 'cre')).toEqual(['create']);
  });

  when('options are offered, those of the command and those of all', () => {
    const options = offered(shell, 'export', '--');
    expect(options).toEqual(expect.arrayContaining(['--what', '--as-of', '--data', '--tz', '--json', '--help']));
    expect(options).not.toContain('--stage');
    expect(offered(shell, 'webhooks', 'deliveries', 'sub_1', '--sta')).toEqual(['--status']);
  });

  when('values that are known are offered, other options of the same name are not asked', () => {
    expect([...offered(shell, 'export', '--format', '')].sort()).toEqual(['csv', 'ndjson', 'parquet']);
    expect([...offered(shell, 'ruleset', 'show', '--format', '')].sort()).toEqual(['json', 'yaml']);
    expect(offered(shell, 'export', '--format', 'p')).toEqual(['parquet']);
  });

  when('nothing is offered that is none', () => {
    expect(offered(shell, 'swer')).toEqual([]);
    expect(offered(shell, 'ruleset', 'swer')).toEqual([]);
  });
});

test('every command and option is in every script', () => {
  for (const shell of SHELLS)
    for (const command of program.commands) {
      expect(script(shell)).toContain(command.name());
      for (const { long } of command.options) expect(script(shell)).toContain(long!.slice(2));
    }
});
