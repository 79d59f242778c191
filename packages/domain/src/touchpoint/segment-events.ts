/** How one Segment event becomes a touchpoint. */
export interface SegmentEvent {
  /** The event name of a `track` call, as Segment's specification spells it. */
  readonly event: string;
  readonly type: string;
  /**
   * Fields of data, each with the properties it is taken from: the first that is there. All other properties are kept
   * under their name in camelCase (`campaign_id` is `campaignId`).
   */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** Fields of data that are the same whatever the call says, unless the call says it. */
  readonly defaults?: Readonly<Record<string, string>>;
}

const EMAIL = { messageId: ['messageId', 'message_id', 'email_id'] };
const ORDER = { total: ['total', 'revenue', 'value'] };
const SHARE = { referred: ['referred', 'recipient', 'invitee_id', 'invitee_email'], channel: ['channel', 'share_via'] };

/** The items of an order from Segment's `products`; a product without `sku` goes by its `product_id`. */
export const SEGMENT_ITEM: Readonly<Record<string, readonly string[]>> = { sku: ['sku', 'product_id'] };

/** The mapping that docs/reference/touchpoints.md publishes. */
export const segmentEvents: readonly SegmentEvent[] = [
  { event: 'Email Delivered', type: 'email.delivered', fields: EMAIL },
  { event: 'Email Opened', type: 'email.opened', fields: EMAIL },
  { event: 'Email Link Clicked', type: 'email.clicked', fields: EMAIL },
  { event: 'Email Bounced', type: 'email.bounced', fields: { ...EMAIL, kind: ['kind', 'bounce_type'] } },
  { event: 'Email Marked as Spam', type: 'email.spamReported', fields: EMAIL },
  { event: 'Promotion Viewed', type: 'promotion.offered' },
  { event: 'Promotion Clicked', type: 'promotion.clicked' },
  { event: 'Coupon Applied', type: 'coupon.redeemed' },
  { event: 'Signed Up', type: 'customer.signedUp' },
  { event: 'Product Viewed', type: 'product.viewed' },
  { event: 'Product Added', type: 'cart.productAdded' },
  { event: 'Checkout Started', type: 'checkout.started', fields: ORDER },
  { event: 'Order Completed', type: 'order.completed', fields: ORDER },
  { event: 'Order Cancelled', type: 'order.cancelled', fields: ORDER },
  { event: 'Order Refunded', type: 'order.refunded', fields: ORDER },
  {
    event: 'Product Reviewed',
    type: 'review.posted',
    fields: { score: ['score', 'rating'], text: ['text', 'review_body'] },
  },
  { event: 'Invite Sent', type: 'referral.made', fields: SHARE },
  { event: 'Product Shared', type: 'referral.made', fields: SHARE },
  { event: 'Unsubscribed', type: 'consent.revoked', defaults: { purpose: 'marketing' } },
];
