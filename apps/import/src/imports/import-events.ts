import {
  firstImportDiskFormat,
  ImageImportCancelledV1,
  ImageImportedV1,
  ImageImportFailedV1,
  ImageImportProgressedV1,
  ImageImportRequestedV1,
  ImageImportRequestedV2,
  ImportedImageExaminedV1,
  type JobView,
  type OfflineOrder,
  OfflineImportRequestedV1,
  type RefusalDocument,
  type StoredObject,
} from '@imago/contracts';
import type { TimedReport } from '@imago/image-transfer';
import { aboutImageJob, required } from '@imago/jobs';
import type { NewEvent } from '@imago/messaging';
import type { ImportJob } from './import-job.ts';
import { storedFormat } from './kept-file.ts';
import { sourceUri } from './source/job-source.ts';

export function importRequested(job: ImportJob, view: JobView): NewEvent {
  const source_uri = sourceUri(job.input.source);
  const { disk_format, compression = null } = job.input;
  const first = firstImportDiskFormat.safeParse(disk_format);
  return first.success && compression === null
    ? aboutImageJob(ImageImportRequestedV1, job, view, { source_uri, disk_format: first.data })
    : aboutImageJob(ImageImportRequestedV2, job, view, { source_uri, disk_format, compression });
}

/** Beside that: what an operator answers for who imports on behalf of a project. */
export function offlineImportRequested(job: ImportJob, view: JobView, offline: OfflineOrder): NewEvent {
  return aboutImageJob(OfflineImportRequestedV1, job, view, { source_uri: sourceUri(job.input.source), offline });
}

export function importProgressed(job: ImportJob, view: JobView): NewEvent {
  return aboutImageJob(ImageImportProgressedV1, job, view);
}

export function importFailed(job: ImportJob, view: JobView, error: RefusalDocument): NewEvent {
  return aboutImageJob(ImageImportFailedV1, job, view, { error });
}

export function importCancelled(job: ImportJob, view: JobView, error: RefusalDocument): NewEvent {
  return aboutImageJob(ImageImportCancelledV1, job, view, { error });
}

export function importExamined(examined: TimedReport): (job: ImportJob, view: JobView) => NewEvent {
  return (job, view) => aboutImageJob(ImportedImageExaminedV1, job, view, examined);
}

export function imported(job: ImportJob, view: JobView): NewEvent {
  const source = required(job.data.source, 'source');
  return aboutImageJob(ImageImportedV1, job, view, {
    object: storedObjectOf(job),
    source: {
      source_uri: sourceUri(job.input.source),
      source_disk_format: job.input.disk_format,
      source_size: source.size.toString(),
      source_etag: source.etag.replace(/^"(.*)"$/, '$1'),
    },
  });
}

function storedObjectOf({ data, input }: ImportJob): StoredObject {
  const sealed = required(data.sealed, 'sealed');
  const verified = required(data.verified, 'verified');
  return {
    ...required(data.object, 'object'),
    disk_format: storedFormat(input.disk_format),
    size: sealed.size.toString(),
    virtual_size: required(data.inspection, 'inspection').virtual_size,
    allocated_bytes: sealed.allocated_bytes,
    index_hash: sealed.index_hash,
    checksum: verified.checksum,
    os_hash_algo: 'sha512',
    os_hash_value: verified.os_hash_value,
  };
}
