export { openWebhooks } from './open-webhooks';
export {
  DEFAULT_WEBHOOK_OPTIONS,
  type OpenWebhooksOptions,
  type RetryOptions,
  type WebhookOptions,
} from './options';
export type { Resolve, TargetOptions } from './target/targets';
export * from './webhooks';
