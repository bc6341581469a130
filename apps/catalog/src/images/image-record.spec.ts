import { shownImage } from '@imago/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lifecycleEvent } from './image-events.ts';
import { toRecord } from './image-record.ts';
import { ImageRow } from './image.row.ts';

function row(overrides: Partial<ImageRow> = {}): ImageRow {
  return Object.assign(new ImageRow(), {
    id: '0193a5f0-0000-7000-8000-000000000001',
    region: 'region-1',
    owner: 'project-a',
    status: 'queued',
    visibility: 'private',
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
    tags: ['a'],
    properties: {},
    protected: false,
    os_hidden: false,
    disk_format: 'qcow2',
    container_format: 'bare',
    size: null,
    virtual_size: null,
    checksum: null,
    os_hash_algo: null,
    os_hash_value: null,
    index_hash: null,
    source: null,
    origin: null,
    data_disks: [],
    machine_image_id: null,
    agreement: null,
    job_id: null,
    error: null,
    registration_hash: 'never shown',
    deleted_by_request: null,
    changed_by_request: null,
    created_at: new Date('2026-01-02T03:04:05.678Z'),
    updated_at: new Date('2026-01-02T03:04:06.000Z'),
    version: 1,
    ...overrides,
  });
}

describe('the record of an image', () => {
  it('is what the contract says, and shows nothing of the row beside it', () => {
    const record = toRecord(row());
    expect(shownImage.strict().parse(record)).toEqual(record);
    expect(JSON.stringify(record)).not.toContain('never shown');
    expect(record).toMatchObject({ created_at: '2026-01-02T03:04:05.678Z', min_disk: 10, status: 'queued' });
  });

  it('leaves out what nobody has said of the operating system', () => {
    const record = toRecord(row({ architecture: null, os_distro: null, os_version: null }));
    expect(shownImage.parse(record)).toEqual(record);
    expect(record).not.toHaveProperty('os_distro');
  });

  it('keeps byte counts exact beyond what a number can hold', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (bytes) => {
        expect(toRecord(row({ size: bytes.toString() })).size).toBe(bytes.toString());
      }),
    );
  });
});

describe('the event of a transition', () => {
  it.each([
    ['ImageRegistered', 'queued'],
    ['ImageUpdated', 'importing'],
    ['ImageReady', 'active'],
    ['ImageDeactivated', 'deactivated'],
    ['ImageReactivated', 'active'],
  ] as const)('%s carries the record its contract asks for, at its version', (name, status) => {
    const event = lifecycleEvent(name, row({ status, version: 7 }));
    expect(event).toMatchObject({ subject: row().id, project_id: 'project-a', region: 'region-1', sequence: 7 });
    expect(event.event.data.parse(event.data)).toMatchObject({ image: { status, version: 7 } });
  });

  it('never tells of a failure without its reason', () => {
    expect(() => lifecycleEvent('ImageFailed', row({ status: 'killed' }))).toThrow('without an error');
  });
});
