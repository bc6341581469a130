import { refusal } from '@imago/contracts';
import { InspectionRefusal, openDisk } from '@imago/disk-image';
import { ObjectReplacedError, readBack, ReadBackError } from '@imago/image-transfer';
import { required } from '@imago/jobs';
import { type ObjectDigests, ObjectSource } from '@imago/object-store';
import type { JobTools } from '../../jobs/job-tools.ts';
import { exportOf, knownHashes, type TransferJobContext } from '../../jobs/transfer-job.ts';
import { failuresOfBucket } from '../bucket-failure.ts';
import { exported } from '../export-events.ts';
import { exportPlace, type ExportPlace } from '../export-place.ts';
import { exportedFileOf, nextFile, placeOf } from '../machine-files.ts';
import type { ExportPhase } from './export-phase.ts';

/**
 * Reads the file back, once: it is what was sent, and its hashes are known then. Of a machine the next file has its turn
 * then.
 */
export function verify(tools: JobTools): ExportPhase {
  return async (context) => {
    const { job, data } = context;
    const { disk_format } = exportOf(job);
    const destination = placeOf(job, data);
    const size = required(context.data.size, 'size');
    const place = await exportPlace(context, tools);
    const { md5, sha512 } = await failuresOfBucket(destination, () => readFileBack(context, place));
    const hashes = { checksum: md5, os_hash_algo: 'sha512', os_hash_value: sha512 } as const;
    const file = { ...destination, disk_format, size: size.toString(), ...hashes };
    const next = nextFile(job, data, file);
    if (next !== null) return { next: 'admit', data: next };
    return { succeeded: (ended, view) => exported(ended, view, exportedFileOf(ended, file)) };
  };
}

async function readFileBack(context: TransferJobContext, place: ExportPlace): Promise<ObjectDigests> {
  const { data, job, signal } = context;
  const size = required(data.size, 'size');
  const { etag } = required(data.sealed, 'sealed');
  const known = knownHashes(data);
  try {
    const digests = await readBack(context, place, { size, etag, work: BigInt(size), known });
    if ((data.checksum ?? digests.md5) !== digests.md5) {
      throw refusal('export.verification_failed', 'The file has other bytes than the image.');
    }
    if (exportOf(job).disk_format === 'qcow2' && data.file?.position !== null) {
      await openDisk(new ObjectSource(place.store, place.key, { size, etag }), 'qcow2', { signal });
    }
    return digests;
  } catch (error) {
    if (error instanceof ObjectReplacedError) throw refusal('export.object_changed', 'Somebody else wrote the object.');
    if (error instanceof ReadBackError) throw refusal('export.verification_failed', error.message, error.details);
    if (error instanceof InspectionRefusal) {
      throw refusal('export.verification_failed', `The file does not read as a qcow2: ${error.message}.`);
    }
    throw error;
  }
}
