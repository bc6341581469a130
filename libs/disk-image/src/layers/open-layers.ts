import type { OpenOptions } from '../inspect/open-disk.ts';
import { MappedReader } from '../reader/mapped-reader.ts';
import type { DiskReader } from '../reader/disk-reader.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { ClusterIndex } from '../store/cluster-index.ts';
import { openChain, refuseMisfit } from './open-chain.ts';
import { VerifiedReader } from './verified-reader.ts';

export interface LayersOptions extends OpenOptions {
  /**
   * Index of the disk. With it the layers must be the ones it is of, and every cluster is read whole and checked against
   * its SHA-256 before a byte of it is used.
   */
  readonly index?: ClusterIndex;
}

/**
 * The disk in a stored image and the layers on it, given from the top layer to the base. Each is inspected like a foreign
 * file. Without an index `encodedClusters` passes compressed frames on as their layer has them. Where a refusal names an
 * offset, it counts through all layers, the top one first.
 * @throws InspectionRefusal | StoredImageDamagedError, and so do reads of the disk
 */
export async function openLayers(layers: readonly ByteSource[], options: LayersOptions = {}): Promise<DiskReader> {
  const { map, source } = await openChain(layers, options);
  const reader = new MappedReader(source, map);
  if (options.index === undefined) return reader;
  refuseMisfit(map, options.index);
  return new VerifiedReader(reader, options.index);
}
