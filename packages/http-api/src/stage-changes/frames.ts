/**
 * The stream as bytes (https://html.spec.whatwg.org/multipage/server-sent-events.html). A block without data is not
 * dispatched as an event but sets the last event id: that is how a heartbeat moves on the cursor of a browser. Parsers
 * that pass over such blocks find the cursor in the comment beside it.
 */
import type { Announcement } from '@rapport/engine';

/** The cursor before everything: where a reader of the whole log begins. */
export const START = 'start';

export type DisconnectReason =
  /** The reader took nothing for too long while changes were waiting for it. */
  | 'slow'
  /** The engine is being stopped. */
  | 'stopping'
  /** The key was revoked, or the token expired, since the stream was opened. */
  | 'unauthorized'
  /** The log cannot be read any more. */
  | 'failed';

const made = new WeakMap<Announcement, Buffer>();

/** Announcements are shared by all readers, and so is what is sent of them. */
export const changeFrame = (announcement: Announcement): { readonly frame: Buffer; readonly isNew: boolean } => {
  const known = made.get(announcement);
  if (known !== undefined) return { frame: known, isNew: false };
  const { cursor, event } = announcement;
  const frame = Buffer.from(`id: ${cursor}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  made.set(announcement, frame);
  return { frame, isNew: true };
};

/** How long a reader that lost its connection waits before it comes back. */
const RETRY_MS = 1_000;

const position = (cursor: string): string => `: cursor ${cursor}\nid: ${cursor}\n`;

/** Sent at once, so that proxies and readers see that the stream is open, and a reader knows where it began. */
export const openingFrame = (cursor: string, heartbeatMilliseconds: number): string =>
  `: heartbeat ${heartbeatMilliseconds}\nretry: ${RETRY_MS}\n${position(cursor)}\n`;

export const heartbeatFrame = (cursor: string): string => `${position(cursor)}\n`;

/** The id is repeated: an event without one would leave it, but not every parser knows that. */
export const disconnectedFrame = (cursor: string, reason: DisconnectReason): string =>
  `id: ${cursor}\nevent: disconnected\ndata: ${JSON.stringify({ reason })}\n\n`;
