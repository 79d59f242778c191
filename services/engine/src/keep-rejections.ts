import { noRejections, openRejections, type Rejections } from '@rapport/rejections';
import { StorageError } from '@rapport/runtime';
import type { Telemetry } from '@rapport/telemetry';
import type { Config } from './config';

/**
 * The store of what intake refused. It is never a reason not to serve: where it cannot be opened, refusals are reported in
 * the log and in the metrics only, and it says so.
 */
export const keepRejections = (path: string, config: Config, logger: Telemetry['logger']): Rejections => {
  try {
    return openRejections({
      path,
      bytesPerKey: config['rejections.bytesPerKey'],
      bytes: config['rejections.bytes'],
      keepMilliseconds: config['rejections.keep'],
      onError: (err, lost) => logger.error({ err, lost }, 'what was refused cannot be written; intake goes on'),
    });
  } catch (err) {
    if (!(err instanceof StorageError)) throw err;
    logger.error({ err }, 'what is refused is not kept: its store cannot be opened; intake goes on');
    return noRejections(err);
  }
};
