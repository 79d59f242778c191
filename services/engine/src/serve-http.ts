import { type ApiEngine, type ApiOptions, createApi } from '@rapport/http-api';
import { diskUsage } from './disk-usage';
import type { EngineParts } from './engine-parts';
import { gauges } from './gauges';
import { listen } from './listen';

/**
 * Serves the HTTP interface, with the gauges of the engine among its metrics.
 *
 * @returns the address where it is reached: `http://127.0.0.1:7600`
 * @throws ServeError where the engine cannot listen
 */
export const serveHttp = async (api: ApiEngine, options: ApiOptions, parts: EngineParts): Promise<string> => {
  const { config, telemetry, open, store, projection, webhooks } = parts;
  const app = await createApi(api, options);
  const disk = diskUsage(store.files.directory);
  telemetry.metrics.observe(() =>
    gauges({
      log: store.log,
      projection,
      readModel: api.readModel,
      webhooks,
      openStreams: () => app.openStreams(),
      disk,
      logger: telemetry.logger,
    }),
  );
  open.add(async () => {
    // Requests that do not end in time are cut off.
    const timer = setTimeout(() => app.server.closeAllConnections(), config['shutdown.timeout']);
    await app.close();
    clearTimeout(timer);
  });
  return listen(app, config);
};
