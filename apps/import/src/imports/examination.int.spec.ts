import { randomBytes } from 'node:crypto';
import { type DataOf, ImportedImageExaminedV1, type ReadinessReport } from '@imago/contracts';
import type { S3Call } from '@imago/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MIB } from '../../test/disks.ts';
import { type ImportUnderTest, startImport } from '../../test/import-under-test.ts';
import type { ImportWorker } from '../../test/import-worker.ts';

/** A disk with one partition of Linux, in which there is nothing. */
function partitionedDisk(): Buffer {
  const disk = Buffer.alloc(4 * MIB);
  disk.writeUInt8(0x83, 446 + 4);
  disk.writeUInt32LE(2048, 446 + 8);
  disk.writeUInt32LE(4096, 446 + 12);
  disk.writeUInt16LE(0xaa55, 510);
  randomBytes(MIB).copy(disk, 2 * MIB);
  return disk;
}

const ofImage = ({ key }: S3Call): boolean => key.startsWith('images/') && !key.endsWith('.index');

describe('the disk of an imported image', () => {
  let imports: ImportUnderTest;
  let worker: ImportWorker;

  beforeAll(async () => {
    imports = await startImport({ IMPORT_MAXIMUM_ATTEMPTS: '3' });
    await imports.files.put('partitioned.raw', partitionedDisk());
  });
  beforeEach(async () => {
    worker = await imports.hire();
  });
  afterEach(() => worker.dismiss());
  afterAll(() => imports.close());

  /** Refuses reads of the stored object: the first one verifies it, the others examine it. */
  function refuseExaminations(refused: (read: number) => boolean): void {
    let reads = 0;
    worker.gate.answer((call) => call.action === 'read' && ofImage(call) && refused(++reads - 1), 403);
  }

  /** What is told of an import that ends with an image, as it has to. */
  async function reportOf(jobId: string): Promise<ReadinessReport> {
    const events = await imports.looks.eventsOf(jobId);
    expect(await imports.looks.job(jobId)).toMatchObject({ state: 'succeeded', error: null });
    const told = events.filter(({ type }) => type === 'ImageExamined');
    expect(told).toHaveLength(1);
    const types = events.map(({ type }) => type);
    expect(types.indexOf('ImageExamined')).toBeLessThan(types.indexOf('ImageImported'));
    const data = told[0]?.data as DataOf<typeof ImportedImageExaminedV1>;
    expect(data.job).toMatchObject({ id: jobId, phase: 'activate' });
    return data.report;
  }

  it('is examined as it is stored, before the image is there, and the file is not asked for again', async () => {
    const held = worker.gate.hold((call) => call.action === 'complete_upload', 'after');
    const { id } = await imports.request('partitioned.raw');
    await held.arrived;
    const before = worker.gate.passed.length;
    held.release();
    expect(await reportOf(id)).toMatchObject({ partition_table: 'mbr' });
    const asked = worker.gate.passed.slice(before);
    expect(asked.filter(({ key }) => !key.startsWith('images/'))).toEqual([]);
    expect(asked.filter((call) => call.action === 'read' && ofImage(call)).length).toBeGreaterThan(1);
  });

  it('is examined once more when the store does not let it be read', async () => {
    refuseExaminations((read) => read === 1);
    const { id } = await imports.request('partitioned.raw');
    expect(await reportOf(id)).toMatchObject({ partition_table: 'mbr' });
  });

  it('is an image all the same when nothing can be found out about it', async () => {
    refuseExaminations((read) => read > 0);
    const { id } = await imports.request('partitioned.raw');
    const report = await reportOf(id);
    expect(report.status).toBe('unknown');
    expect(new Set(report.points.map(({ status }) => status))).toEqual(new Set(['unknown']));
    expect(report.points).toHaveLength(12);
  });
});
