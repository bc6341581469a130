/**
 * Gives back the memory of a buffer that zlib made and nobody else has. A thread makes one per cluster and so few other
 * objects that they would pile up to 64 MiB before the next collection.
 */
export function freeNow({ buffer }: Buffer): void {
  const isPooled = buffer.byteLength <= Buffer.poolSize;
  if (!isPooled && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
