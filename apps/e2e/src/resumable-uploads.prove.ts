import { join } from 'node:path';
import type { ResumableUploadRecord } from '@imago/contracts';
import { makeOsLikeDisk } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peakResidentMib } from '../test/process-watch.ts';
import { startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';
import { isPart, sentParts, UploadRun } from '../test/upload-run.ts';

const GIB = 2 ** 30;
const PARTS = 128;
/** The part whose sending is cut, of each kill. */
const KILLS = [9, 30, 60, 90, 120] as const;
/** MiB; the client keeps four parts of 16 MiB. */
const MOST_RESIDENT = 300;

type Upload = ResumableUploadRecord & { readonly missing_parts: readonly number[] };

describe('an upload of 2 GiB', () => {
  let sut: SystemUnderTest;

  beforeAll(async () => {
    sut = await startSystemUnderTest();
  });
  afterAll(() => sut.close());

  it('that is killed five times, with what serves it, sends no part twice that had arrived, in flat memory', async () => {
    const path = join(sut.directory, 'disk.raw');
    await makeOsLikeDisk(path, { size: 2 * GIB, data: GIB });
    const resident: number[] = [];
    for (const part of KILLS) {
      const arrived = await arrivedParts();
      const before = sentParts(sut.proxy, PARTS);
      const held = sut.proxy.hold(isPart(part));
      const run = new UploadRun(sut.system.gateway, sut.alice, [path]);
      await Promise.race([held.reached, run.ended().then(() => Promise.reject(new Error(run.output)))]);
      resident.push(peakResidentMib(run.process.pid ?? 0));
      await run.kill();
      for (const service of ['gateway', 'import'] as const) {
        resident.push(peakResidentMib(sut.system.service(service).pid ?? 0));
        await sut.system.service(service).kill('SIGKILL');
        await sut.system.service(service).start();
      }
      held.open();
      expectNotSentAgain(arrived, before);
    }
    const arrived = await arrivedParts();
    const before = sentParts(sut.proxy, PARTS);
    const last = new UploadRun(sut.system.gateway, sut.alice, [path]);
    expect({ code: await last.ended(), output: last.output }).toMatchObject({ code: 0 });
    expectNotSentAgain(arrived, before);
    resident.push(peakResidentMib(sut.system.service('import').pid ?? 0));
    const sent = [...sentParts(sut.proxy, PARTS).values()];
    console.log(JSON.stringify({ parts: PARTS, sent: sent.reduce((sum, each) => sum + each, 0), resident }));
    for (const mib of resident) expect(mib).toBeLessThan(MOST_RESIDENT);
    const { uploads } = await sut.alice.get<{ uploads: Upload[] }>('/v1/uploads?state=completed');
    expect(uploads).toMatchObject([{ bytes_verified: String(2 * GIB), part_count: PARTS }]);
    await sut.alice.ask('DELETE', `/v1/uploads/${uploads[0]?.id}`);
    await expectTrueState(sut);
  }, 1_800_000);

  async function arrivedParts(): Promise<readonly number[]> {
    const { uploads } = await sut.alice.get<{ uploads: Upload[] }>('/v1/uploads?state=open');
    const [known] = uploads;
    if (known === undefined) return [];
    const { missing_parts } = await sut.alice.get<Upload>(`/v1/uploads/${known.id}`);
    const missing = new Set(missing_parts);
    return Array.from({ length: PARTS }, (_, index) => index + 1).filter((number) => !missing.has(number));
  }

  function expectNotSentAgain(arrived: readonly number[], before: ReadonlyMap<number, number>): void {
    const after = sentParts(sut.proxy, PARTS);
    expect(arrived.filter((number) => after.get(number) !== before.get(number))).toEqual([]);
  }
});
