import { type ClusterIndex, STORED_CLUSTER_SIZE } from '@imago/disk-image';
import { required } from '@imago/jobs';
import { sealUpload } from '@imago/image-transfer';
import { indexKey } from '@imago/object-store';
import type { JobTools } from '../jobs/job-tools.ts';
import { describeLayers, openLayered } from '../stored/image-layers.ts';
import { uploadPlace } from '../stored/upload-place.ts';
import type { FlattenPhase } from './flatten-phase.ts';

/** Makes one object of the parts, and puts the index of the layered image beside it: it is the same image. */
export function seal(tools: JobTools): FlattenPhase {
  return async (context) => {
    const { job, data, signal } = context;
    const place = uploadPlace(tools, job, data);
    const { store, key } = place;
    const size = Number(required(data.work, 'work'));
    const described = await describeLayers(context, tools);
    const { index, packed } = await openLayered(context, tools, described);
    const object = await sealUpload(context, place, size);
    // Neither upload nor object: somebody swept them. Catalog decides whether they may be written once more.
    if (object === null) return { next: 'map', data: { ...data, upload: undefined } };
    await store.put(indexKey(key), packed, signal);
    const sealed = {
      size,
      etag: object.etag,
      index_hash: required(described.object.index_hash ?? undefined, 'index_hash'),
      file_size: size,
      virtual_size: described.object.virtual_size,
      allocated_bytes: allocatedBytes(index).toString(),
    };
    return { next: 'verify', data: { ...data, sealed } };
  };
}

/** Bytes of the disk in clusters that hold data. */
function allocatedBytes(index: ClusterIndex): number {
  const last = Math.ceil(index.virtualSize / STORED_CLUSTER_SIZE) - 1;
  const missing = index.find(last) === undefined ? 0 : (last + 1) * STORED_CLUSTER_SIZE - index.virtualSize;
  return index.count * STORED_CLUSTER_SIZE - missing;
}
