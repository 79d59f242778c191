export type { Resolve, TargetOptions } from './egress/targets';
export { openWebhooks } from './open-webhooks';
export {
  DEFAULT_WEBHOOK_OPTIONS,
  type OpenWebhooksOptions,
  type RetryOptions,
  type WebhookOptions,
} from './options';
export * from './webhooks';
