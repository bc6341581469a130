import { readEnds } from '../inspect/declared-format.ts';
import { DEFAULT_LIMITS } from '../inspect/limits.ts';
import type { OpenOptions } from '../inspect/open-disk.ts';
import type { Qcow2Header } from '../qcow2/format.ts';
import { parseQcow2Header } from '../qcow2/header.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { STORED_CLUSTER_BITS } from '../store/layout.ts';

/** A header that has passed the inspection, with the first bytes of its file. */
export interface HeadOfFile {
  readonly head: Buffer;
  readonly header: Qcow2Header;
}

/** @throws InspectionRefusal */
export async function readHeader(
  source: ByteSource,
  { limits = DEFAULT_LIMITS, signal }: OpenOptions,
): Promise<HeadOfFile> {
  const head = (await readEnds(source, 'qcow2', signal)).head;
  return { head, header: parseQcow2Header(head, source.size, limits) };
}

/** Whether a qcow2 may be a stored image: its clusters have our size and are compressed as ours are. */
export function isStoredFormat({ clusterBits, compression }: Qcow2Header): boolean {
  return clusterBits === STORED_CLUSTER_BITS && compression === 'zstd';
}
