import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { below, chosenSeed, seededRandom } from '../../seeded-random.ts';
import { History } from '../load/history.ts';
import { expectKept, NOTHING } from '../load/kept.ts';
import { keptOnDisk } from '../load/kept-on-disk.ts';
import { runLoad } from '../load/run-load.ts';
import { crashedDisk } from './crashed-disk.ts';
import { RecordedDisk } from './recorded-disk.ts';
import type { DiskEvent } from './recorded-disk.ts';
import { serveOn } from './serve-on.ts';

const Bucket = 'power';

/** What each sync is for is seen when it is left out. As {@link RecordedDisk.words} has them. */
const SYNCS = ['sync data/body', 'sync data/journal.jsonl', 'sync_directory data/folder', 'sync_directory data'];

/** Loads a server with this many steps and looks at what is left by this many power failures at moments of chance. */
export function describePowerFailure({ steps, crashes }: { readonly steps: number; readonly crashes: number }): void {
  const seed = chosenSeed('IMAGO_S3_SEED');

  describe(`after one of ${crashes} power failures under load (IMAGO_S3_SEED=${seed})`, () => {
    let disk: RecordedDisk;
    let history: History;
    let began: number;
    let ended: number;

    beforeAll(async () => {
      disk = await RecordedDisk.of(await mkdtemp(join(tmpdir(), 'imago-s3-')), seededRandom(seed));
      const { s3, stop } = await serveOn(join(disk.directory, 'data'), disk);
      await s3.send(new CreateBucketCommand({ Bucket }));
      began = disk.tick();
      history = new History(() => disk.tick());
      let taken = 0;
      await runLoad({ s3, bucket: Bucket, seed, history, writers: 6, goOn: () => (taken += 1) <= steps });
      ended = disk.tick();
      await stop();
    });
    afterAll(() => rm(disk.directory, { recursive: true }));

    /** Rejects at the first failure that has cost something. */
    async function failOften(events: readonly DiskEvent[]): Promise<void> {
      const random = seededRandom(seed);
      for (let crash = 0; crash < crashes; crash += 1) {
        const moment = began + below(random, ended - began);
        // Every fourth leaves nothing that was not synced.
        await failOnce(events, moment, crash % 4 === 0 ? () => 0 : random);
      }
    }

    async function failOnce(events: readonly DiskEvent[], moment: number, random: () => number): Promise<void> {
      const target = join(disk.directory, 'crashed');
      try {
        await crashedDisk({ directory: disk.directory, events }, moment, random, target);
        const [kept = NOTHING] = await keptOnDisk(join(target, 'data'), [Bucket]);
        expectKept(kept, history, moment);
      } finally {
        await rm(target, { recursive: true, force: true });
      }
    }

    it('everything is there that was acknowledged or told, whole, and nothing half done', () => failOften(disk.events));

    it.each(SYNCS)('something would be missing without "%s"', async (leftOut) => {
      const events = disk.events.filter((event) => disk.words(event) !== leftOut);
      expect(events.length).toBeLessThan(disk.events.length);
      await expect(failOften(events)).rejects.toThrow(/to include|to contain/);
    });
  });
}
