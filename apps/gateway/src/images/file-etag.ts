import { createHash } from 'node:crypto';
import type { StoredFile } from './layered-files.ts';

/**
 * What a file is known by as long as its image lives: what Imago stored itself by the identity of its content, which is
 * there before its hashes are and stays when it is stored whole. Another object is never overwritten, so its checksum or
 * its key names its content; only a hash of the key is told.
 */
export function etagOf({ index_hash, checksum, key }: StoredFile): string {
  return `"${index_hash ?? checksum ?? createHash('sha256').update(key).digest('hex').slice(0, 32)}"`;
}
