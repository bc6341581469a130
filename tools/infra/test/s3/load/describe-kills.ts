import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { below, chosenSeed, seededRandom } from '../../seeded-random.ts';
import { openS3Process } from '../s3-process.ts';
import type { S3ProcessUnderTest } from '../s3-process.ts';
import { History } from './history.ts';
import { keptByServer } from './kept-by-server.ts';
import { keptOnDisk } from './kept-on-disk.ts';
import { expectKept, NOTHING } from './kept.ts';
import { runLoad } from './run-load.ts';

const WRITERS = 8;
const FEWEST_STEPS = 20;
const STEPS = 160;
/** After all that happened: every answer counts, also one that came after the kill. */
const THE_END = Number.MAX_SAFE_INTEGER;

/** Kills the server's process that often under load. The seed repeats what is asked for and after which step it is killed. */
export function describeKills(kills: number): void {
  const seed = chosenSeed('IMAGO_S3_SEED');

  describe(`a server that is killed ${kills} times under load (IMAGO_S3_SEED=${seed})`, () => {
    const random = seededRandom(seed);
    const histories = new Map<string, History>();
    let directory: string;
    let server: S3ProcessUnderTest;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'imago-s3-'));
      server = await openS3Process(directory);
    });
    afterAll(async () => {
      await server.stop();
      await rm(directory, { recursive: true });
    });

    async function loadAndKill(kill: number): Promise<void> {
      const bucket = `kill-${kill}`;
      let clock = 0;
      const history = new History(() => (clock += 1));
      histories.set(bucket, history);
      await server.s3.send(new CreateBucketCommand({ Bucket: bucket }));
      let left = FEWEST_STEPS + below(random, STEPS);
      const goOn = (): boolean => {
        left -= 1;
        if (left === 0) process.kill(server.pid, 'SIGKILL'); // the other writers are under way
        return true;
      };
      await runLoad({ s3: server.s3, bucket, seed: seed + kill, history, writers: WRITERS, goOn });
      server.s3.destroy();
      server = await openS3Process(directory);
      expectKept(await keptByServer(server.s3, bucket), history, THE_END);
    }

    it('has all that it acknowledged or told, whole, after each of them', async () => {
      for (let kill = 0; kill < kills; kill += 1) await loadAndKill(kill);
    });

    it('has it still after all of them, and no file that nobody refers to', async () => {
      await server.stop();
      const kept = await keptOnDisk(join(directory, 'data'), [...histories.keys()]);
      for (const [index, history] of [...histories.values()].entries())
        expectKept(kept[index] ?? NOTHING, history, THE_END);
      const acknowledged = [...histories.values()].flatMap((history) => history.keys);
      expect(acknowledged.length).toBeGreaterThan(kills);
    });
  });
}
