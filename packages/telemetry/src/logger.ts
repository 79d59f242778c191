import {
  type DestinationStream,
  type Level,
  type Logger,
  destination as openDestination,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
import type { PrettyOptions } from 'pino-pretty';
import { scrubLine } from './scrub';

export interface LogOptions {
  readonly level: Level | 'silent';
  /** `json`: one document a line. `pretty`: for eyes, with colours on a terminal. */
  readonly format: 'json' | 'pretty';
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
  readonly serviceName: string;
  readonly version: string;
  /** Of the current span, so that a line can be found from its trace and the other way round. */
  readonly traceId?: () => string | undefined;
}

/** A logger, and how to write out what it still holds. */
export interface OpenLogger {
  readonly logger: Logger;
  flush(): void;
}

/** Loaded only where it is looked at. */
const prettily = (options: PrettyOptions): DestinationStream =>
  (require('pino-pretty') as typeof import('pino-pretty'))({
    ...options,
    sync: true,
    ignore: 'pid,hostname,service,version',
  });

/** Lines beyond it are dropped, until those that wait could be written. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;

/**
 * Structured lines: `time` (RFC 3339, UTC), `level` in words, `service`, `version`, `msg`, and what is bound by
 * children, such as `requestId` and `correlationId`. Nothing that looks like a secret gets past it (see scrub.ts).
 */
export const openLogger = ({ level, format, destination, serviceName, version, traceId }: LogOptions): OpenLogger => {
  // Lines are written as soon as they come, several at once where they come faster than they can be written.
  const own =
    destination === undefined ? openDestination({ fd: 1, sync: false, maxLength: MOST_WAITING_BYTES }) : undefined;
  // A log that cannot be written (its disk is full, its reader is gone) must not end what it tells of. What waits is
  // tried again with the next line.
  own?.on('error', () => undefined);
  const out = destination ?? own;
  const stream = format === 'json' ? out : prettily({ destination: out as PrettyOptions['destination'] });
  const logger = pino(
    {
      level,
      base: { service: serviceName, version },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err, error: stdSerializers.err },
      mixin: () => {
        const id = traceId?.();
        return id === undefined ? {} : { traceId: id };
      },
      hooks: { streamWrite: scrubLine },
    },
    stream as DestinationStream,
  );
  return {
    logger,
    flush: () => {
      try {
        own?.flushSync();
      } catch {
        // A reader that went away, or a stream not yet open: no reader is left.
      }
    },
  };
};
