import type { ByteSource } from '@imago/disk-image';

/** A tenant's file, as it was when its import began. */
export interface PinnedSource {
  /** What its server calls this version of it: an ETag, or for want of one the date of its last change. */
  readonly etag: string;
  readonly size: number;
}

/** A tenant's file, wherever it is. What goes wrong with it are refusals, in a tenant's words. */
export interface SourceFile {
  /** The file as it is at this moment; from here on it is this one that is imported, or none. */
  pin(signal: AbortSignal): Promise<PinnedSource>;
  /**
   * The bytes, read in ranges. A file that was overwritten since is refused, never mixed.
   * @param onArrival is called whenever some bytes have come
   */
  open(pin: PinnedSource, onArrival: () => void): ByteSource;
}
