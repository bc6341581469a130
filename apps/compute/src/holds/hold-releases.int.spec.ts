import { randomUUID } from 'node:crypto';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComputeUnderTest, startCompute } from '../../test/compute-under-test.ts';
import { PROJECT } from '../../test/requests.ts';
import { HoldReleases } from './hold-releases.ts';

describe('the release of a hold', () => {
  let compute: ComputeUnderTest;

  beforeAll(async () => {
    compute = await startCompute();
  });

  afterAll(() => compute.close());

  it('is told again when it is noted again while it is being told: a hold was taken in between', async () => {
    const releases = compute.app.get(HoldReleases);
    const [disk, object] = [randomUUID(), randomUUID()];
    const cause = { project_id: PROJECT, correlation_id: 'tests' };
    const note = (): Promise<void> => releases.add(compute.db.manager, [disk, disk], cause);
    let told = 0;
    compute.catalog.afterRelease = async () => {
      told += 1;
      if (told > 1) return;
      compute.catalog.holds.set(disk, new Set([object]));
      await note();
    };
    await note();
    releases.wake();
    await eventually(async () => {
      expect(await compute.looks.count('hold_releases')).toBe(0);
      expect(told).toBe(2);
    });
    expect(compute.catalog.holds.has(disk)).toBe(false);
  });
});
