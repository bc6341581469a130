import type { BaseImage } from '../hypervisor.ts';

/** Where a disk can be read over NBD. */
export interface ServedDisk {
  /** Path of a unix socket. */
  readonly socket: string;
  /** Name of the export. */
  readonly export: string;
}

/** What the driver asks of whoever serves a host the disks of images. All of it is idempotent. */
export interface DiskServer {
  /** Serves an object from now on. Its place stays the same. */
  publish(base: BaseImage): Promise<ServedDisk>;
  /** Serves an object no longer. */
  withdraw(objectId: string): Promise<void>;
  /** Ids of the objects that are served. */
  published(): Promise<readonly string[]>;
}
