import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

/** A folder of its own for a test, and the real command in it. */
export interface Workplace {
  readonly folder: string;
  readonly path: (name: string) => string;
  readonly write: (name: string, content: string | Uint8Array) => string;
  /** Runs `rapport` in the folder, as from a shell that is not a terminal. */
  readonly rapport: (...args: readonly string[]) => Promise<Outcome>;
  /** The same with variables set. */
  readonly rapportWith: (variables: NodeJS.ProcessEnv, ...args: readonly string[]) => Promise<Outcome>;
  /** The same as a user who is not root, to whom the modes of files mean something. */
  readonly rapportUnprivileged: (...args: readonly string[]) => Promise<Outcome>;
  /** With variables beside those of a user who has set nothing. */
  readonly start: (args: readonly string[], variables?: NodeJS.ProcessEnv) => Running;
  /** The same with a limit on the size of files, in KiB; needs bash. */
  readonly rapportWithin: (kibibytes: number, ...args: readonly string[]) => Promise<Outcome>;
  /** A line as it is typed into a shell in the folder; needs bash. */
  readonly shell: (line: string) => Promise<Outcome>;
  readonly remove: () => void;
}

const BIN = resolve(__dirname, '../../bin/rapport.js');

/** The environment as a user has it who has set nothing: what is set for the tests is not for the command. */
export const cleanEnvironment = (): NodeJS.ProcessEnv => {
  const { FORCE_COLOR, npm_lifecycle_event, ...rest } = process.env;
  const others = Object.entries(rest).filter(([name]) => !name.startsWith('RAPPORT_'));
  return { ...Object.fromEntries(others), NO_COLOR: '1', COLUMNS: '100' };
};

const NOBODY = { uid: 65_534, gid: 65_534 };
const UNPRIVILEGED = process.getuid?.() === 0 ? NOBODY : {};

/** Whether `rapportUnprivileged` can be run: where the tests run as root, an unprivileged user may have no access to the clone. */
export const canRunUnprivileged = (): boolean =>
  process.platform !== 'win32' && spawnSync(process.execPath, [BIN, '--version'], UNPRIVILEGED).status === 0;

export const workplace = (): Workplace => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-cli-'));
  const start = (args: readonly string[], variables?: NodeJS.ProcessEnv): Running =>
    run(process.execPath, [BIN, ...args], variables);
  const run = (
    command: string,
    args: readonly string[],
    variables: NodeJS.ProcessEnv = {},
    user: object = {},
  ): Running => {
    const child = spawn(command, args, { ...user, cwd: folder, env: { ...cleanEnvironment(), ...variables } });
    const parts = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      parts.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      parts.stderr += text;
    });
    const outcome = new Promise<Outcome>((done, failed) => {
      child.on('error', failed);
      child.on('close', (code) => done({ code, ...parts }));
    });
    return { child, outcome };
  };
  return {
    folder,
    path: (name) => join(folder, name),
    write: (name, content) => {
      writeFileSync(join(folder, name), content);
      return name;
    },
    rapport: (...args) => start(args).outcome,
    rapportWith: (variables, ...args) => run(process.execPath, [BIN, ...args], variables).outcome,
    rapportUnprivileged: (...args) => run(process.execPath, [BIN, ...args], {}, UNPRIVILEGED).outcome,
    start,
    rapportWithin: (kibibytes, ...args) =>
      run('bash', ['-c', `ulimit -f ${kibibytes}; exec "$@"`, 'bash', process.execPath, BIN, ...args]).outcome,
    shell: (typed) =>
      run('bash', ['-c', `rapport() { "$NODE" "$BIN" "$@"; }\n${typed}`], { NODE: process.execPath, BIN }).outcome,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** A touchpoint in the compact form, as a line. */
export const line = (over: Readonly<Record<string, unknown>>): string =>
  `${JSON.stringify({
    id: '1',
    source: 'test',
    type: 'order.completed',
    customer: 'c-1',
    occurredAt: '2026-01-05T10:00:00Z',
    recordedAt: '2026-01-05T10:00:00Z',
    data: {},
    ...over,
  })}\n`;

/** The documents of NDJSON; fails on anything else. */
export const ndjson = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((one) => one !== '')
    .map((one) => JSON.parse(one) as Record<string, unknown>);
