import { InspectionRefusal } from '../inspection-refusal.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { ClusterIndex } from '../store/cluster-index.ts';
import { isStoredFormat, readHeader } from './stored-header.ts';

/**
 * Whether layers may be made on an image: it is of the stored format and has an index, which is not so for a file kept as
 * it was uploaded. Reads the first bytes of the object. Rejects only when the source does.
 */
export async function canBeParent(
  object: ByteSource,
  index: ClusterIndex | null,
  signal?: AbortSignal,
): Promise<boolean> {
  if (index === null) return false;
  try {
    const { header } = await readHeader(object, signal ? { signal } : {});
    return isStoredFormat(header) && header.virtualSize === index.virtualSize;
  } catch (error) {
    if (error instanceof InspectionRefusal) return false;
    throw error;
  }
}
