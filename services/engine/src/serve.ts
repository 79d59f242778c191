import type { Host } from '@rapport/data-directory';
import { aborted } from '@rapport/runtime';
import type { Config } from './config';
import { type RunningEngine, startEngine } from './start-engine';

/** The message for people once the engine serves. */
export const servingLines = (
  { url, data, inForce, firstKey, keys, api }: RunningEngine,
  showKey: boolean,
): readonly string[] => [
  `Rapport serves ${url}`,
  `  reference   ${url}/docs`,
  `  data        ${data}`,
  `  ruleset     ${inForce.ruleset.ruleset} ${inForce.ruleset.version}  ${inForce.hash.slice(0, 12)}`,
  ...(api.now() < Date.now() - 60_000
    ? [
        `  today       ${new Date(api.now()).toISOString().slice(0, 10)} (a demo whose clock stands still: asked without asOf, it answers as of that day)`,
      ]
    : []),
  keys === undefined
    ? '  No key is asked for: auth.enabled is false.'
    : `  keys        ${keys.valid} valid, ${keys.admins} of role admin`,
  ...(keys?.advice ?? []).flatMap((sentence) => ['', sentence]),
  ...(firstKey === undefined || !showKey
    ? []
    : [
        '',
        `The first key, of role admin. It is shown this once and stored only as a hash:`,
        '',
        `  ${firstKey}`,
        '',
        'More keys, with fewer rights: rapport keys create NAME --role ingest',
      ]),
];

/**
 * Serves until the host's signal aborts, and then stops in order.
 *
 * @param showKey whether the first key is shown: to a person at a terminal. What is said elsewhere is kept by a journal
 * or a log; there it goes into a file of its owner alone instead
 */
export const serve = async (config: Config, host: Host, showKey = process.stderr.isTTY === true): Promise<void> => {
  const engine = await startEngine(config, host, { keepFirstKey: !showKey });
  const fatal = (error: unknown): void => engine.logger.fatal({ err: error }, 'a defect ends the engine');
  process.on('uncaughtExceptionMonitor', fatal);
  try {
    host.note(servingLines(engine, showKey).join('\n'));
    // A signal alone keeps no process alive; the server does.
    await aborted(host.signal);
  } finally {
    await engine.stop();
    process.off('uncaughtExceptionMonitor', fatal);
  }
};
