import { randomUUID } from 'node:crypto';
import {
  ImageDeletedV1,
  ImageImportCancelledV1,
  ImageImportedV1,
  ImageImportFailedV1,
  ImageImportProgressedV1,
  ImageImportRequestedV1,
  ImageReadyV1,
  type ImageRecord,
  ImageRegisteredV1,
  ImageUpdatedV1,
  type JobState,
  type JobView,
  refusal,
} from '@imago/contracts';
import { imageRecord } from '@imago/contracts/testing';
import { REGION } from './activity-under-test.ts';
import type { Fact } from './neighbours.ts';

const NOW = '2026-01-01T00:00:00.000Z';

/** What the events of one image have in common. */
export interface TestImage {
  readonly id: string;
  readonly project: string;
  readonly region: string;
  readonly job: string;
}

/** An image nobody has told of yet. */
export function newImage(project: string = randomUUID(), region = REGION): TestImage {
  return { id: randomUUID(), project, region, job: randomUUID() };
}

function record({ id, project, region, job }: TestImage, version: number): ImageRecord {
  const times = { created_at: NOW, updated_at: NOW };
  return imageRecord({ id, owner: project, region, status: 'importing', job_id: job, version, ...times });
}

type CatalogEvent = typeof ImageRegisteredV1 | typeof ImageReadyV1 | typeof ImageUpdatedV1 | typeof ImageDeletedV1;

/** An event of catalog about an image at a version. */
export function imageFact(image: TestImage, event: CatalogEvent, version: number): Fact {
  const more = event === ImageUpdatedV1 ? { changed: ['status'] } : event === ImageDeletedV1 ? { members: [] } : {};
  const { id: subject, project: project_id, region } = image;
  return { event, subject, project_id, region, sequence: version, data: { image: record(image, version), ...more } };
}

/** A job as its owner tells of it. */
export function jobView(image: TestImage, state: JobState, version: number, changes: Partial<JobView> = {}): JobView {
  const error = state === 'failed' ? { ...refusal('image.empty', 'no bytes').toDocument(), phase: 'inspect' } : null;
  return {
    id: image.job,
    type: 'import',
    project_id: image.project,
    region: image.region,
    image_id: image.id,
    state,
    phase: 'transfer',
    bytes_done: '0',
    bytes_total: null,
    rate: null,
    eta: null,
    attempt: 1,
    error,
    created_at: NOW,
    started_at: null,
    finished_at: null,
    updated_at: NOW,
    version,
    ...changes,
  };
}

const IMPORT_EVENTS = {
  queued: ImageImportRequestedV1,
  running: ImageImportProgressedV1,
  cancelling: ImageImportProgressedV1,
  succeeded: ImageImportedV1,
  failed: ImageImportFailedV1,
  cancelled: ImageImportCancelledV1,
} as const;

/** The event of import that tells of a job in a state, at a version. */
export function jobFact(image: TestImage, state: JobState, version: number, changes: Partial<JobView> = {}): Fact {
  const job = jobView(image, state, version, changes);
  const { id: subject, project: project_id, region } = image;
  const more = {
    source_uri: 's3://bucket/object',
    disk_format: 'qcow2',
    error: refusal('image.empty', 'no bytes').toDocument(),
    object: storedObject(),
    source: { source_uri: 's3://b/o', source_disk_format: 'raw', source_size: '1', source_etag: 'e' },
  };
  const data = { job, image_id: image.id, ...more };
  return { event: IMPORT_EVENTS[state], subject, project_id, region, sequence: version, data };
}

function storedObject(): object {
  return {
    object_id: randomUUID(),
    key: 'images/x',
    disk_format: 'qcow2',
    size: '4',
    virtual_size: '4',
    checksum: 'a'.repeat(32),
    os_hash_algo: 'sha512',
    os_hash_value: 'b'.repeat(128),
    index_hash: 'c'.repeat(64),
    allocated_bytes: '4',
  };
}
