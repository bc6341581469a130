import { type CopiedObject, refusal } from '@imago/contracts';
import { type ClusterIndex, openLayers, STORED_CLUSTER_SIZE } from '@imago/disk-image';
import { isDamage, readBack, ReadBackError, readIndex, type UploadPlace } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import { type ObjectDigests, ObjectSource } from '@imago/object-store';
import type { JobTools } from '../../jobs/job-tools.ts';
import { knownHashes, type TransferJobContext } from '../../jobs/transfer-job.ts';
import { damaged, describeSource } from '../copied-image.ts';
import { copyPlace } from '../copy-place.ts';
import { nextDisk } from '../machine-copies.ts';
import { storedCopy } from '../stored-copy.ts';
import type { CopyPhase } from './copy-phase.ts';

/** Reads the copy back, once: it has the bytes of the image, by the hashes the image is known by. Of a machine the next disk has its turn then. */
export function verify(tools: JobTools): CopyPhase {
  return async (context) => {
    const { job, data } = context;
    const source = await describeSource(context, tools);
    const place = copyPlace(tools, job, data);
    const { md5, sha512 } = await readCopyBack(context, place, source);
    if ((source.checksum ?? md5) !== md5 || (source.os_hash_value ?? sha512) !== sha512) throw damaged();
    const verified = { ...data, verified: { checksum: md5, os_hash_value: sha512 } };
    const next = nextDisk(job, verified, storedCopy(verified, source));
    return next === null ? { next: 'activate', data: verified } : { next: 'map', data: next };
  };
}

async function readCopyBack(
  context: TransferJobContext,
  place: UploadPlace,
  source: CopiedObject,
): Promise<ObjectDigests> {
  const { data, signal } = context;
  const size = required(data.size, 'size');
  const { etag } = required(data.sealed, 'sealed');
  try {
    const known = knownHashes(source);
    const digests = await readBack(context, place, { size, etag, work: BigInt(size), known });
    const { index_hash, virtual_size } = source;
    if (index_hash === null) return digests;
    const { index } = await readIndex(place.store, { key: place.key, index_hash, virtual_size }, signal);
    // Of a layered image nobody has read in full yet, only the hashes of its clusters are known.
    if (source.checksum === null)
      await readClusters(context, new ObjectSource(place.store, place.key, { size, etag }), index);
    return digests;
  } catch (error) {
    if (error instanceof ReadBackError) throw refusal('copy.verification_failed', error.message, error.details);
    if (isDamage(error)) throw refusal('copy.verification_failed', 'The copy is not in its store as it was written.');
    throw error;
  }
}

/** Each is held against its hash before it is given out. What was sent has been read back: it was wrong before. */
async function readClusters(
  { data, signal, progress }: TransferJobContext,
  copy: ObjectSource,
  index: ClusterIndex,
): Promise<void> {
  const bytes_done = BigInt(required(data.size, 'size'));
  try {
    const disk = await openLayers([copy], { index, signal });
    for await (const cluster of disk.clusters({ clusterSize: STORED_CLUSTER_SIZE, signal })) {
      if (cluster.data.length > 0) progress({ bytes_done });
    }
  } catch (error) {
    throw isDamage(error) ? damaged() : error;
  }
}
