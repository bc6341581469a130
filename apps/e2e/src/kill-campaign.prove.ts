import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Service } from '@imago/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRawDisk } from '../test/source-disks.ts';
import { startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';
import type { ImageDocument } from '../test/tenant.ts';
import { expectTrueState } from '../test/true-state.ts';

const VICTIMS: readonly Service[] = ['import', 'catalog', 'sharing', 'quota', 'activity'];
const KILLS = Number(process.env['IMAGO_PROVE_KILLS'] ?? 40);
const IMPORTS = 8;

/** A small repeatable generator, so that a campaign that fails can be run again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

describe('a campaign of kills', () => {
  let sut: SystemUnderTest;

  beforeAll(async () => {
    sut = await startSystemUnderTest();
    const raw = await makeRawDisk(join(sut.directory, 'disk.raw'), 96, [{ at: 8, length: 48 }]);
    await sut.alice.bucket.putFile('disk', raw);
  }, 180_000);
  afterAll(() => sut.close());

  /** What an owner and a receiver do with one of the images, or nothing; a service that is killed meanwhile answers nothing. */
  async function shareSomething(images: readonly ImageDocument[], random: () => number): Promise<void> {
    const image = images[Math.floor(random() * images.length)];
    if (image === undefined) return;
    const project_ids = [sut.bob.user.project_id];
    const share = `/v1/images/${image.id}/shares`;
    await sut.alice.ask('POST', share, { project_ids });
    await sut.bob.ask('POST', `/v1/shares/${image.id}/${random() < 0.5 ? 'accept' : 'reject'}`);
    if (random() < 0.3) await sut.alice.ask('POST', `${share}/cancel`, { project_ids });
  }

  it(`leaves a true state after ${KILLS} SIGKILLs at random moments under imports, shares and deletes`, async () => {
    const seed = Number(process.env['IMAGO_PROVE_SEED'] ?? Date.now() % 1_000_000);
    const random = randomFrom(seed);
    const jobs: string[] = [];
    let refused = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const open = await sut.alice.images();
      if (open.length < IMPORTS) {
        const answer = await sut.alice.requestImport('disk', { disk_format: 'raw', name: `kill ${kill}` });
        if (answer.status === 202) jobs.push(answer.body.id);
        else refused += 1;
      } else {
        const victim = open[Math.floor(random() * open.length)];
        if (victim !== undefined) await sut.alice.ask('DELETE', `/v2/images/${victim.id}`);
      }
      const sharing = shareSomething(open, random); // whatever becomes of it: it is killed in the middle
      await delay(random() * 400); // the moment of the kill: chance is the point here
      const service = sut.system.service(VICTIMS[Math.floor(random() * VICTIMS.length)] ?? 'import');
      await service.kill('SIGKILL');
      await service.start();
      await sharing;
    }
    for (const id of jobs) await sut.alice.ended(id);
    await expectTrueState(sut);
    const ends: Record<string, number> = {};
    for (const id of jobs) {
      const { state } = await sut.alice.job(id);
      ends[state] = (ends[state] ?? 0) + 1;
    }
    console.log(JSON.stringify({ seed, kills: KILLS, jobs: jobs.length, refused, ends }));
    expect(jobs.length).toBeGreaterThan(0);
    expect(ends['failed'] ?? 0).toBe(0);
  }, 1_800_000);
});
