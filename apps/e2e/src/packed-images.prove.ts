import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { peakResidentMib, processesRunning } from '../test/process-watch.ts';
import { makeRawDisk } from '../test/source-disks.ts';
import { startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

/** MiB of a process that unpacks, and of the decoder. */
const MOST_UNPACKING = 250;
/** MiB of an import whatever its file is, in the transfer that follows: see the proof of large images. */
const MOST_RESIDENT = 300;
const DECODER = 'zstd.child';

let sut: SystemUnderTest;
beforeAll(async () => {
  sut = await startSystemUnderTest();
}, 180_000);
afterAll(() => sut.close());

it('a file packed with the largest window that is taken is unpacked by processes of 250 MiB each, and imported as any other', async () => {
  const packed = await packedDisk(join(sut.directory, 'source'));
  await sut.alice.bucket.putFile('source', packed);
  await rm(packed);
  const worker = sut.system.service('import').pid ?? 0;
  let decoder = 0;
  const watch = setInterval(() => {
    for (const pid of processesRunning(DECODER)) decoder = Math.max(decoder, peakOf(pid));
  }, 100);
  const file = { disk_format: 'raw', compression: 'zstd', min_disk: 10 };
  const { id, image_id } = await sut.alice.import('source', file);
  let unpacked = 0;
  const job = await eventually(
    async () => {
      const found = await sut.alice.job(id);
      if (found.phase === 'unpack' || found.phase === 'inspect') unpacked = peakOf(worker);
      if (found.finished_at === null) throw new Error(`the job is still ${found.state} in ${found.phase}`);
      return found;
    },
    { timeout: 400_000 },
  );
  clearInterval(watch);
  expect(job).toMatchObject({ state: 'succeeded' });
  const most = {
    unpacking: Math.round(unpacked),
    import: Math.round(peakResidentMib(worker)),
    decoder: Math.round(decoder),
  };
  console.log(JSON.stringify({ packed: 'zstd with a window of 128 MiB', ...most }));
  expect(most.decoder).toBeGreaterThan(128); // or nobody remembered as much
  expect(most.decoder).toBeLessThan(MOST_UNPACKING);
  expect(most.unpacking).toBeGreaterThan(0); // or it was not seen
  expect(most.unpacking).toBeLessThan(MOST_UNPACKING);
  expect(most.import).toBeLessThan(MOST_RESIDENT);
  expect(processesRunning(DECODER)).toEqual([]);
  await sut.alice.delete(image_id ?? '');
  await expectTrueState(sut);
}, 600_000);

/** Of a process that may be gone. */
function peakOf(pid: number): number {
  try {
    return peakResidentMib(pid);
  } catch {
    return 0;
  }
}

/** A disk of 512 MiB, more of it than a window data that nothing can compress, as `zstd --long` packs it. */
async function packedDisk(path: string): Promise<string> {
  await makeRawDisk(`${path}.raw`, 512, [{ at: 128, length: 192 }]);
  const { ZSTD_c_windowLog, ZSTD_c_enableLongDistanceMatching, ZSTD_c_compressionLevel } = constants;
  const params = { [ZSTD_c_windowLog]: 27, [ZSTD_c_enableLongDistanceMatching]: 1, [ZSTD_c_compressionLevel]: 1 };
  await pipeline(createReadStream(`${path}.raw`), createZstdCompress({ params }), createWriteStream(`${path}.zst`));
  await rm(`${path}.raw`);
  return `${path}.zst`;
}
