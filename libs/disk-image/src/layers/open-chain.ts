import { DEFAULT_LIMITS } from '../inspect/limits.ts';
import type { OpenOptions } from '../inspect/open-disk.ts';
import { loadClusterMap } from '../qcow2/load-cluster-map.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { inOrder } from '../source/in-order.ts';
import type { ClusterIndex } from '../store/cluster-index.ts';
import { ChainComposer } from './chain-map.ts';
import type { ChainMap, InspectedLayer } from './chain-map.ts';
import { LayerSources } from './layer-sources.ts';
import { isStoredFormat, readHeader } from './stored-header.ts';
import { StoredImageDamagedError } from './stored-image-damaged.ts';

/** Far more than a chain has before it is flattened. */
const MOST_LAYERS = 128;
/** Layers whose tables are in memory at once: 8 MiB for each TiB of the disk. */
const LAYERS_AT_ONCE = 4;
const SECTOR = 512;

/** The disk that layers make together. */
export interface Chain {
  readonly map: ChainMap;
  /** All layers one behind the other, as the map counts. */
  readonly source: ByteSource;
}

/**
 * Inspects the layers of a disk, from the top to the base, and lays them over one another.
 * @throws InspectionRefusal | StoredImageDamagedError
 */
export async function openChain(layers: readonly ByteSource[], options: OpenOptions): Promise<Chain> {
  if (layers.length > MOST_LAYERS) throw new RangeError(`${layers.length} layers are more than ${MOST_LAYERS}`);
  const run = (source: ByteSource): Promise<InspectedLayer> => openLayer(source, options);
  let composer: ChainComposer | undefined;
  for await (const layer of inOrder(layers, { run, weigh: () => 1, budget: LAYERS_AT_ONCE })) {
    composer ??= new ChainComposer(layer.map.virtualSize);
    composer.add(layer);
  }
  if (composer === undefined) throw new RangeError('A disk has one layer at least');
  return { map: composer.finish(), source: new LayerSources(layers) };
}

async function openLayer(source: ByteSource, options: OpenOptions): Promise<InspectedLayer> {
  const { limits = DEFAULT_LIMITS, signal } = options;
  const { head, header } = await readHeader(source, options);
  if (!isStoredFormat(header)) throw new StoredImageDamagedError('A layer is not of the stored format');
  return { map: await loadClusterMap(source, header, { head, limits, signal }), size: source.size };
}

/**
 * Refuses layers that have other clusters than the index says. Of the sizes of frames only the sectors are known here.
 * @throws StoredImageDamagedError
 */
export function refuseMisfit(map: ChainMap, index: ClusterIndex): void {
  if (map.virtualSize !== index.virtualSize) {
    throw new StoredImageDamagedError(`The index is of ${index.virtualSize} bytes, the disk of ${map.virtualSize}`);
  }
  for (let entry = 0; entry < index.count; entry += 1) {
    const frame = map.frame(index.cluster(entry));
    if (frame === undefined) throw new StoredImageDamagedError(`No layer has cluster ${index.cluster(entry)}`);
    const rest = frame.end - frame.start - index.size(entry);
    if (rest < 0 || rest >= SECTOR) {
      throw new StoredImageDamagedError(`The frame of cluster ${index.cluster(entry)} is not as long as in the index`);
    }
  }
  if (map.count !== index.count)
    throw new StoredImageDamagedError('A layer has a cluster that the index does not know');
}
