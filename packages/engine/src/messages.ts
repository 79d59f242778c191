/** Messages between threads: what arrives is decoded, so that one of an unknown kind is an error. */
import { isLeft } from 'fp-ts/Either';
import type * as t from 'io-ts';

export type Decode<Message> = (message: unknown) => Message;

const kindOf = (message: unknown): string =>
  typeof message === 'object' && message !== null && 'kind' in message ? `kind "${message.kind}"` : 'no kind';

/**
 * Decodes messages, or throws an error that names the kind of the message.
 *
 * @param which completes "a message ..." in the error
 */
export const decoderOf =
  <Message>(codec: t.Type<Message>, which: string): Decode<Message> =>
  (message) => {
    const decoded = codec.decode(message);
    if (isLeft(decoded))
      throw new Error(
        `A message ${which} cannot be read (${kindOf(message)}): two versions of Rapport are mixed in this installation. Install it again.`,
      );
    return decoded.right;
  };
