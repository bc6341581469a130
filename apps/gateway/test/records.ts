import { randomUUID } from 'node:crypto';
import type {
  EventEnvelope,
  ImageOrigin,
  JobOnBoard,
  PreflightReport,
  ServerRecord,
  ShownImage,
} from '@imago/contracts';

/** An active image with everything set. */
export function anImage(change: Partial<ShownImage> = {}): ShownImage {
  return {
    id: randomUUID(),
    name: 'web-1',
    description: 'a web server',
    image_type: 'system_disk',
    architecture: 'x86_64',
    os_distro: 'ubuntu',
    os_version: '22.04',
    min_disk: 40,
    min_ram: 512,
    boot_mode: 'uefi',
    enterprise_project_id: 'default',
    tags: ['web', 'prod'],
    owner: 'p-a',
    region: 'region-1',
    status: 'active',
    visibility: 'private',
    protected: false,
    os_hidden: false,
    disk_format: 'qcow2',
    container_format: 'bare',
    size: '1048576',
    virtual_size: '42949672960',
    checksum: 'd41d8cd98f00b204e9800998ecf8427e',
    os_hash_algo: 'sha512',
    os_hash_value: 'ab'.repeat(64),
    index_hash: 'cd'.repeat(32),
    source: { source_uri: 's3://b/o', source_disk_format: 'raw', source_size: '42949672960', source_etag: '"e"' },
    data_disks: [],
    machine_image_id: null,
    origin: null,
    boot: 'proven',
    scan: 'clean',
    agreement: { accepted_by: 'u-alice', accepted_at: '2026-11-23T20:51:47.123Z' },
    job_id: randomUUID(),
    error: null,
    properties: { hw_disk_bus: 'virtio', 'owner_specified.openstack.md5': 'x' },
    created_at: '2026-11-23T20:51:47.123Z',
    updated_at: '2026-11-23T20:52:00Z',
    version: 3,
    ...change,
  };
}

/** The system disk of a server that was made from an image. */
export function anOrigin(change: Partial<ImageOrigin> = {}): ImageOrigin {
  const ids = { server_id: randomUUID(), disk_id: randomUUID(), image_id: randomUUID() };
  return { ...ids, server_name: 'web-1', disk: 'system_disk', ...change };
}

/** An import under way. */
export function aJob(change: Partial<JobOnBoard> = {}): JobOnBoard {
  return {
    id: randomUUID(),
    type: 'import',
    project_id: 'p-a',
    region: 'region-1',
    image_id: randomUUID(),
    state: 'running',
    phase: 'transfer',
    bytes_done: '100',
    bytes_total: '200',
    rate: '50',
    eta: 2,
    attempt: 1,
    error: null,
    created_at: '2026-11-23T20:51:47.123Z',
    started_at: '2026-11-23T20:51:48.123Z',
    finished_at: null,
    updated_at: '2026-11-23T20:51:49.123Z',
    version: 4,
    queue_position: null,
    result: null,
    ...change,
  };
}

/** A preflight that has found one thing wrong. */
export function aPreflight(): PreflightReport {
  const refused = {
    code: 'image.format_mismatch',
    seen: 'Declared raw, found qcow2',
    where: null,
    remedy: 'Say qcow2.',
  };
  const facts = { source_uri: 's3://my-bucket/web.qcow2', size: '1024', disk_formats: ['qcow2'], virtual_size: '512' };
  return {
    status: 'problem',
    points: [{ check: 'format', status: 'problem', ...refused }],
    facts: { ...facts, allocated_bytes: '0', min_disk: 1, needed_min_disk: 1, operating_system: null, quotas: [] },
    estimate: { seconds: null, bytes_per_second: null, imports: 0, seen: 'Nothing was imported yet.' },
  };
}

/** An event about an image. */
export function anEvent(subject: string, change: Partial<EventEnvelope> = {}): EventEnvelope {
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: '/imago/catalog',
    type: 'ImageReady',
    time: '2026-11-23T20:51:47.123Z',
    subject,
    datacontenttype: 'application/json',
    dataversion: 1,
    projectid: 'p-a',
    region: 'region-1',
    audience: 'p-a,p-b',
    correlationid: 'c-1',
    data: {},
    ...change,
  };
}

/** A server that runs. */
export function aServer(change: Partial<ServerRecord> = {}): ServerRecord {
  return {
    id: randomUUID(),
    name: 'web-1',
    project_id: 'p-a',
    region: 'region-1',
    status: 'running',
    task: null,
    job_id: null,
    flavor: { name: 'small', vcpus: 1, ram: 1024 },
    image_id: randomUUID(),
    image_name: 'debian',
    os_distro: 'debian',
    os_version: '12',
    boot_mode: 'bios',
    system_disk: { size_gib: 10 },
    data_disks: [],
    network: { name: 'default', mac_address: '52:54:00:12:34:56' },
    fault: null,
    created_at: '2026-11-23T20:51:47.123Z',
    updated_at: '2026-11-23T20:52:00Z',
    started_at: '2026-11-23T20:52:00Z',
    version: 3,
    ...change,
  };
}
