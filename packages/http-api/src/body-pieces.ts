import { type Readable, Transform } from 'node:stream';

const PIECE_BYTES = 16_384;

/** The body of a request; `receivedEncodedLength` where it is decompressed on the way. */
type Body = Readable & { readonly receivedEncodedLength?: number };

/**
 * A body in pieces of some size. Sent in chunks of a byte each, every byte would be kept as an object of hundreds of
 * bytes until the body is whole: 5 MB on the wire would be 400 MB here.
 *
 * @param take called for all bytes that come in; the body fails with its error
 */
export const inPieces = (body: Body, take: (bytes: number) => void): Body => {
  let piece: Buffer | undefined;
  let length = 0;
  const pieces = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        take(chunk.length);
      } catch (error) {
        return done(error as Error);
      }
      if (length + chunk.length > PIECE_BYTES) {
        if (length > 0) this.push(piece?.subarray(0, length));
        piece = undefined;
        length = 0;
        if (chunk.length > PIECE_BYTES / 2) return done(null, chunk);
      }
      piece ??= Buffer.allocUnsafeSlow(PIECE_BYTES);
      length += chunk.copy(piece, length);
      done();
    },
    flush(done) {
      done(null, length > 0 ? piece?.subarray(0, length) : undefined);
    },
  });
  // The reader may have left already, with 413 for example: a fault that no listener hears must not end the process.
  pieces.on('error', () => undefined);
  body.on('error', (error) => pieces.destroy(error));
  // By which the framework tells that a compressed body has come whole.
  Object.defineProperty(pieces, 'receivedEncodedLength', { get: () => body.receivedEncodedLength });
  return body.pipe(pieces);
};
