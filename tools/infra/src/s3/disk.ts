/**
 * What the server changes on its disk goes through this port, and nothing else does. A change is certain to outlive a
 * power failure only when a sync that began after it has ended: {@link DiskFile.sync} for the bytes of a file,
 * {@link Disk.syncDirectory} for the names in a directory. Until then any part of it may be there or not.
 */
export abstract class Disk {
  /** Makes a directory and those above it; their names are certain when this answers. */
  abstract makeDirectory(path: string): Promise<void>;
  /** A new, empty file. Throws `EEXIST` when there is one of that name. */
  abstract create(path: string): Promise<DiskFile>;
  /** A file to append to, made when it is not there. */
  abstract append(path: string): Promise<DiskFile>;
  /** Cuts a file off after `length` bytes, for certain. */
  abstract truncate(path: string, length: number): Promise<void>;
  abstract rename(from: string, to: string): Promise<void>;
  /** Nothing happens when there is no such file. */
  abstract remove(path: string): Promise<void>;
  abstract syncDirectory(path: string): Promise<void>;
}

/** A file that is written from its beginning to its end. */
export interface DiskFile {
  /** All of the bytes, behind those that are there. */
  write(data: readonly Buffer[]): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}
