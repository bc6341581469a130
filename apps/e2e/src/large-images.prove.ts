import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { makeOsLikeDisk } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFiles, peakResidentMib, processesRunning, writtenMib } from '../test/process-watch.ts';
import { convert, expectSameDisk, makeRawDisk } from '../test/source-disks.ts';
import { startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

const GIB = 2 ** 30;
/** MiB; what the issue of the data plane allows each process. */
const MOST_RESIDENT = 300;
const run = promisify(execFile);

describe('large images', () => {
  let sut: SystemUnderTest;

  beforeAll(async () => {
    sut = await startSystemUnderTest();
  }, 180_000);
  afterAll(() => sut.close());

  it.each([
    { name: 'a 2 GiB disk with an operating system', make: osLike },
    { name: 'a 10 GiB sparse disk', make: sparse },
  ])(
    '$name is imported with flat memory and no file on local disk, and is the same disk afterwards',
    async ({ name, make }) => {
      const source = await make(join(sut.directory, 'source'), sut.qemuImg);
      await sut.alice.bucket.putFile('source', source);
      const worker = sut.system.service('import').pid ?? 0;
      const before = { written: writtenMib(worker), files: openFiles(worker) };
      const started = performance.now();
      const job = await sut.alice.import('source', { min_disk: 10 });
      expect(await sut.alice.ended(job.id)).toMatchObject({ state: 'succeeded' });
      const seconds = (performance.now() - started) / 1000;
      const image = await sut.alice.imageIn('active', job.image_id ?? '');

      const resident = Object.fromEntries([
        ...sut.system.services.map((service) => [service.name, Math.round(peakResidentMib(service.pid ?? 0))] as const),
        ...processesRunning('s3/main').map((pid) => [`s3 ${pid}`, Math.round(peakResidentMib(pid))] as const),
      ]);
      const written = writtenMib(worker) - before.written;
      console.log(JSON.stringify({ name, seconds: Number(seconds.toFixed(1)), stored: image.size, resident, written }));
      for (const [process, mib] of Object.entries(resident)) {
        expect({ process, within: mib < MOST_RESIDENT, mib }).toMatchObject({ within: true });
      }
      expect(openFiles(worker)).toEqual(before.files);
      expect(written).toBeLessThan(1);

      const path = join(sut.directory, 'downloaded.qcow2');
      const response = await sut.alice.fetch(`/v2/images/${image.id}/file`);
      if (response.body === null) throw new Error('the download has no body');
      await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
      await expectSameDisk(sut.qemuImg, { path: source, format: 'qcow2' }, { path, format: 'qcow2' });
      const { stdout } = await run(sut.qemuImg, ['check', '-f', 'qcow2', path]);
      expect(stdout).toContain('No errors were found');
      await rm(path);
      await rm(source);
      await sut.alice.delete(image.id);
      await expectTrueState(sut);
    },
    900_000,
  );
});

async function osLike(path: string, qemuImg: string): Promise<string> {
  await makeOsLikeDisk(`${path}.raw`, { size: 2 * GIB, data: GIB });
  const made = await convert(`${path}.raw`, `${path}.qcow2`, { qemuImg, format: 'qcow2', options: ['-c', '-W'] });
  await rm(`${path}.raw`);
  return made;
}

async function sparse(path: string, qemuImg: string): Promise<string> {
  const places = Array.from({ length: 100 }, (_, place) => ({ at: place * 102, length: 1 }));
  await makeRawDisk(`${path}.raw`, 10 * 1024, places);
  const made = await convert(`${path}.raw`, `${path}.qcow2`, { qemuImg, format: 'qcow2' });
  await rm(`${path}.raw`);
  return made;
}
