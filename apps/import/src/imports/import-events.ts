import {
  type EventDefinition,
  ImageImportCancelledV1,
  ImageImportedV1,
  ImageImportFailedV1,
  ImageImportProgressedV1,
  ImageImportRequestedV1,
  type JobView,
  type RefusalDocument,
  type StoredObject,
} from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import { type ImportJob, imageOf, required, sourceUri } from './import-job.ts';

/** What every event of an import has in common. */
function about(event: EventDefinition, job: ImportJob, view: JobView, more: object): NewEvent {
  return {
    event,
    subject: imageOf(job),
    project_id: job.project_id,
    region: job.region,
    sequence: job.version,
    ...(job.actor === null ? {} : { actor: job.actor }),
    data: { job: view, image_id: imageOf(job), ...more },
  };
}

export function importRequested(job: ImportJob, view: JobView): NewEvent {
  return about(ImageImportRequestedV1, job, view, {
    source_uri: sourceUri(job.input.source),
    disk_format: job.input.disk_format,
  });
}

export function importProgressed(job: ImportJob, view: JobView): NewEvent {
  return about(ImageImportProgressedV1, job, view, {});
}

export function importFailed(job: ImportJob, view: JobView, error: RefusalDocument): NewEvent {
  return about(ImageImportFailedV1, job, view, { error });
}

export function importCancelled(job: ImportJob, view: JobView, error: RefusalDocument): NewEvent {
  return about(ImageImportCancelledV1, job, view, { error });
}

export function imported(job: ImportJob, view: JobView): NewEvent {
  const source = required(job.data.source, 'source');
  return about(ImageImportedV1, job, view, {
    object: storedObjectOf(job),
    source: {
      source_uri: sourceUri(job.input.source),
      source_disk_format: job.input.disk_format,
      source_size: source.size.toString(),
      source_etag: source.etag,
    },
  });
}

function storedObjectOf({ data }: ImportJob): StoredObject {
  const sealed = required(data.sealed, 'sealed');
  const verified = required(data.verified, 'verified');
  return {
    ...required(data.object, 'object'),
    disk_format: 'qcow2',
    size: sealed.size.toString(),
    virtual_size: required(data.inspection, 'inspection').virtual_size,
    allocated_bytes: sealed.allocated_bytes,
    index_hash: sealed.index_hash,
    checksum: verified.checksum,
    os_hash_algo: 'sha512',
    os_hash_value: verified.os_hash_value,
  };
}
