/** The options of each part of the engine, from the configuration. */
import { readFileSync } from 'node:fs';
import type { AccessOptions } from '@rapport/access';
import type { ApiOptions } from '@rapport/http-api';
import { DEFAULT_WEBHOOK_OPTIONS, type WebhookOptions } from '@rapport/messaging';
import { type Config, ConfigError } from './config';

/** @throws ConfigError for files of TLS that cannot be read */
export const apiOptions = (config: Config): ApiOptions => ({
  limits: {
    body: config['limits.body'],
    item: config['limits.item'],
    requestsPerMinute: config['limits.requestsPerMinute'],
    streamsPerKey: config['limits.streamsPerKey'],
  },
  sse: {
    heartbeatMilliseconds: config['sse.heartbeat'],
    slowReaderBytes: config['sse.slowReaderBytes'],
  },
  timeouts: {
    bodyMilliseconds: config['http.bodyTimeout'],
    idleStreamMilliseconds: config['http.idleStreamTimeout'],
  },
  tls: tlsOptions(config),
  trustedProxies: config['http.trustedProxies'],
  authentication: config['auth.enabled'],
  allowedOrigins: config['http.allowedOrigins'] ?? [],
  mergeOnIdentify: config['segment.mergeOnIdentify'],
});

export const webhookOptions = (config: Config): Partial<WebhookOptions> => ({
  allowPrivateTargets: config['webhooks.allowPrivateTargets'],
  allowedTargets: config['webhooks.allowedTargets'] ?? [],
  allowHttp: config['webhooks.allowHttp'],
  timeoutMilliseconds: config['webhooks.timeout'],
  retries: {
    ...DEFAULT_WEBHOOK_OPTIONS.retries,
    baseMilliseconds: config['webhooks.retry.first'],
    capMilliseconds: config['webhooks.retry.longest'],
    spanMilliseconds: config['webhooks.retry.giveUpAfter'],
  },
  disableAfterMilliseconds: config['webhooks.disableAfter'],
  oldSecretMilliseconds: config['webhooks.secretOverlap'],
});

export const oidcOptions = (config: Config): AccessOptions['oidc'] => {
  const [issuer, audience] = [config['auth.oidc.issuer'], config['auth.oidc.audience']];
  if (issuer === undefined || audience === undefined) return undefined;
  return { issuer, audience, rolesClaim: config['auth.oidc.rolesClaim'], roles: config['auth.oidc.roles'] };
};

const tlsOptions = (config: Config): { readonly key: Buffer; readonly cert: Buffer } | undefined => {
  const [key, cert] = [config['http.tls.key'], config['http.tls.cert']];
  if (key === undefined || cert === undefined) return undefined;
  return { key: fileOf('http.tls.key', key), cert: fileOf('http.tls.cert', cert) };
};

const fileOf = (name: string, path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError([`${name}: ${path} cannot be read: ${(error as Error).message}.`]);
  }
};
