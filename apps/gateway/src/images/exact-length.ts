import { Transform, type TransformCallback } from 'node:stream';

/**
 * Passes on exactly so many bytes. A source with fewer or more is an error, so that its reader is cut off instead of
 * waiting for the rest of what the Content-Length promised.
 */
export function exactLength(length: number): Transform {
  let left = length;
  return new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
      left -= chunk.length;
      if (left < 0) done(new Error(`The source has more than the ${length} bytes it should have.`));
      else done(null, chunk);
    },
    flush(done: TransformCallback): void {
      done(left > 0 ? new Error(`The source lacks ${left} of ${length} bytes.`) : null);
    },
  });
}
