import { Transform } from 'node:stream';

const PIECE_BYTES = 16_384;

/**
 * A body in pieces of some size. Sent in chunks of a byte each, every byte would be kept as an object of hundreds of
 * bytes until the body is whole: 5 MB on the wire would be 400 MB here.
 *
 * @param take told of all bytes that come in; the body fails with what it throws
 */
export const inPieces = (take: (bytes: number) => void): Transform => {
  let piece: Buffer | undefined;
  let length = 0;
  return new Transform({
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
};
