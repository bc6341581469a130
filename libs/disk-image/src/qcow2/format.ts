/** Numbers of the qcow2 format (the public specification) that the reader and the writers share. */
export const QCOW2_MAGIC = 0x514649fb;
export const COMPRESSED_SECTOR = 512;

export const FEATURE = { dirty: 1n, corrupt: 2n, dataFile: 4n, compression: 8n, extendedL2: 16n } as const;
export const KNOWN_FEATURES = 31n;

export const EXTENSION = {
  end: 0,
  backingFormat: 0xe2792aca,
  dataFile: 0x44415441,
  encryption: 0x0537be77,
} as const;

export type CompressionType = 'zlib' | 'zstd';

/** The part of the header the reader needs, already checked. */
export interface Qcow2Header {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  readonly clusterSize: number;
  readonly virtualSize: number;
  readonly l1Offset: number;
  /** Entries the virtual size needs; the file may have more. */
  readonly l1Entries: number;
  readonly l1Bytes: number;
  readonly refcountTableOffset: number;
  readonly refcountTableBytes: number;
  readonly compression: CompressionType;
  readonly dirty: boolean;
  readonly snapshots: number;
}
