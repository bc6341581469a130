import { randomUUID } from 'node:crypto';
import type {
  CapturedObject,
  DataOf,
  ImageCopiedV1,
  ImageCapturedV1,
  ImageDigestedV1,
  ImageFlattenedV1,
  ImageImportedV1,
  ImageImportFailedV1,
  ImageGeneralizedV1,
  ImportedImageExaminedV1,
  ImageInRegion,
  ImageOrigin,
  ImageScan,
  JobView,
  ReadinessReport,
  RegisterImage,
  RequestOf,
  StoredObject,
} from '@imago/contracts';
import { refusal } from '@imago/contracts';
import { REGION } from './catalog-under-test.ts';

/** A registration as import makes it. */
export function registration(
  overrides: Partial<RequestOf<typeof RegisterImage>> = {},
): RequestOf<typeof RegisterImage> & { job_id: string } {
  return {
    image_id: randomUUID(),
    region: REGION,
    visibility: 'private',
    owner: null,
    protected: false,
    os_hidden: false,
    disk_format: 'qcow2',
    container_format: 'bare',
    properties: {},
    data_disks: [],
    agreement: { accepted_by: 'user', accepted_at: '2026-01-01T00:00:00.000Z' },
    facts: {
      name: 'web',
      description: null,
      image_type: 'system_disk',
      architecture: 'x86_64',
      os_distro: 'debian',
      os_version: '12',
      min_disk: 10,
      min_ram: 0,
      boot_mode: null,
      enterprise_project_id: 'default',
      tags: ['a', 'b'],
    },
    ...overrides,
    job_id: overrides.job_id ?? randomUUID(),
  };
}

/** A job of import as its events carry it. */
export function jobView(jobId: string, imageId: string, state: JobView['state']): JobView {
  const now = new Date().toISOString();
  return {
    id: jobId,
    type: 'import',
    project_id: 'tests',
    region: REGION,
    image_id: imageId,
    state,
    phase: 'activate',
    bytes_done: '0',
    bytes_total: null,
    rate: null,
    eta: null,
    attempt: 1,
    error: null,
    created_at: now,
    started_at: now,
    finished_at: now,
    updated_at: now,
    version: 1,
  };
}

export function storedObject(object: { object_id: string; key: string }, size = 4): StoredObject {
  return {
    ...object,
    disk_format: 'qcow2',
    size: String(size),
    virtual_size: '10737418240',
    checksum: 'a'.repeat(32),
    os_hash_algo: 'sha512',
    os_hash_value: 'b'.repeat(128),
    index_hash: 'c'.repeat(64),
    allocated_bytes: '4',
  };
}

/** Hashes of a file, as long as they have to be. */
export const HASHES = { checksum: 'd'.repeat(32), os_hash_algo: 'sha512', os_hash_value: 'e'.repeat(128) } as const;
export const NO_HASHES = { checksum: null, os_hash_algo: null, os_hash_value: null } as const;

/** What a capture has stored: a layer on a parent, whose hashes come later, or all of the disk. */
export function capturedObject(
  object: { object_id: string; key: string },
  parent_object_id: string | null,
): CapturedObject {
  const hashes = parent_object_id === null ? HASHES : NO_HASHES;
  const stored_size = parent_object_id === null ? '4000' : '40';
  return { ...storedObject(object, 4000), ...hashes, index_hash: 'c'.repeat(64), stored_size, parent_object_id };
}

/** The system disk of some server, made from an image. */
export function serverOrigin(image_id: string | null): ImageOrigin {
  return { server_id: randomUUID(), server_name: 'web-1', disk: 'system_disk', disk_id: randomUUID(), image_id };
}

export function capturedData(
  { image_id, job_id }: { image_id: string; job_id: string },
  object: CapturedObject,
  origin = serverOrigin(null),
): DataOf<typeof ImageCapturedV1> {
  return { job: jobView(job_id, image_id, 'succeeded'), image_id, object, origin };
}

export function digestedData(image_id: string, object_id: string): DataOf<typeof ImageDigestedV1> {
  return { job: jobView(randomUUID(), image_id, 'succeeded'), image_id, object_id, ...HASHES };
}

export function flattenedData(
  image_id: string,
  job_id: string,
  object: { object_id: string; key: string },
): DataOf<typeof ImageFlattenedV1> {
  const whole = { ...storedObject(object, 4000), ...HASHES };
  return { job: jobView(job_id, image_id, 'succeeded'), image_id, object: whole };
}

export function copiedData(
  { image_id, job_id, source }: { image_id: string; job_id: string; source: ImageInRegion },
  object: { object_id: string; key: string },
): DataOf<typeof ImageCopiedV1> {
  return { job: jobView(job_id, image_id, 'succeeded'), image_id, source, object: storedObject(object) };
}

export function importedData(
  imageId: string,
  jobId: string,
  object: { object_id: string; key: string },
): DataOf<typeof ImageImportedV1> {
  return {
    job: jobView(jobId, imageId, 'succeeded'),
    image_id: imageId,
    object: storedObject(object),
    source: { source_uri: 's3://bucket/file', source_disk_format: 'raw', source_size: '10737418240', source_etag: 'e' },
  };
}

/** A report of a disk that has a table of partitions and nothing else. */
export function examinedData(
  image_id: string,
  job_id: string,
  {
    status = 'warning',
    examined_at = new Date().toISOString(),
  }: { status?: ReadinessReport['status']; examined_at?: string } = {},
): DataOf<typeof ImportedImageExaminedV1> {
  const point = { point: 'partition_table', status, seen: 'A table.', where: 'sector 0', remedy: null } as const;
  const report: ReadinessReport = {
    status,
    points: [point],
    operating_system: null,
    partition_table: 'mbr',
    file_systems: [],
    bytes_read: 512,
  };
  return { job: jobView(job_id, image_id, 'running'), image_id, report, examined_at };
}

/** What was changed in an image: the id of the machine. */
export function generalizedData(image_id: string, job_id: string): DataOf<typeof ImageGeneralizedV1> {
  const change = { point: 'machine_id', path: '/etc/machine-id', was: 'an id', now: 'empty' } as const;
  const report = { changes: [change], left: [], not_listed: 0 };
  return { job: jobView(job_id, image_id, 'running'), image_id, report, generalized_at: '2026-01-02T03:04:05.000Z' };
}

export function failedData(imageId: string, jobId: string): DataOf<typeof ImageImportFailedV1> {
  return {
    job: jobView(jobId, imageId, 'failed'),
    image_id: imageId,
    error: refusal('image.format_mismatch', 'declared raw, found qcow2').toDocument(),
  };
}

/** A scan that found nothing. */
export function aScan(change: Partial<ImageScan> = {}): ImageScan {
  return {
    status: 'clean',
    code: null,
    seen: 'Nothing was found in 12 files.',
    remedy: null,
    malware: [],
    malware_count: 0,
    secrets: [],
    secret_count: 0,
    gaps: [],
    gap_count: 0,
    file_systems: [{ where: 'partition 1', type: 'ext4', files: 12, bytes: '4096' }],
    files: 12,
    bytes: '4096',
    initialisation_component: 'cloud-init',
    engine: { version: 'ClamAV 1.4.3', database_built_at: '2026-01-01T00:00:00.000Z' },
    seconds: 0.5,
    scanned_at: new Date().toISOString(),
    ...change,
  };
}
