import { UploadAbandonedV1, UploadCompletedV1, UploadFailedV1, UploadStartedV1 } from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import { type ResumableUpload, toRecord } from './resumable-upload.ts';

export function uploadStarted(upload: ResumableUpload): NewEvent {
  return { event: UploadStartedV1, ...about(upload) };
}

export function uploadCompleted(upload: ResumableUpload): NewEvent {
  return { event: UploadCompletedV1, ...about(upload) };
}

export function uploadFailed(upload: ResumableUpload): NewEvent {
  return { event: UploadFailedV1, ...about(upload) };
}

export function uploadAbandoned(upload: ResumableUpload): NewEvent {
  return { event: UploadAbandonedV1, ...about(upload) };
}

function about(upload: ResumableUpload): Omit<NewEvent, 'event'> {
  const { id: subject, project_id, region, version: sequence } = upload;
  return { subject, project_id, region, sequence, data: { upload: toRecord(upload) } };
}
