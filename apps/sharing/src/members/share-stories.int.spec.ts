import { randomUUID } from 'node:crypto';
import type { DataOf, ShownImage, ImageSharedV1, MemberStatus } from '@imago/contracts';
import { eventually, trials } from '@imago/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codes, SharingUnderTest, tenant } from '../../test/sharing-under-test.ts';

const LIMIT = 2;
const PROJECTS = 3;

const step = fc.record({
  what: fc.constantFrom('share', 'unshare', 'accepted', 'rejected', 'pending' as const),
  project: fc.nat(PROJECTS - 1),
  /** The request is asked once more, as when its answer was lost. */
  again: fc.boolean(),
});

/** What every event of sharing carries, and what those of a list carry besides. */
type Told = Pick<DataOf<typeof ImageSharedV1>, 'share'> & { readonly list_version?: number };

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

describe('any story of shares', () => {
  let sharing: SharingUnderTest;

  beforeAll(async () => {
    sharing = await SharingUnderTest.start();
    sharing.world.limit = LIMIT;
  });
  afterAll(() => sharing.close());

  /** What each project has of the image by the simplest telling. */
  function expected(truth: Map<string, MemberStatus>, project: string, { what }: Step): string | null {
    const stands = truth.has(project);
    if (what === 'share') {
      if (stands) return 'share.exists';
      if (truth.size >= LIMIT) return 'quota.members_exceeded';
      truth.set(project, 'pending');
    } else if (what === 'unshare') {
      if (!stands) return 'share.not_found';
      truth.delete(project);
    } else {
      if (!stands) return 'share.ended or not_found';
      truth.set(project, what);
    }
    return null;
  }

  async function run(image: ShownImage, project: string, { what, again }: Step): Promise<string | null> {
    const owner = tenant(image.owner);
    const member = tenant(project);
    const ask = async (): Promise<string | null> => {
      if (what === 'share') return codes(await sharing.share(image, [project], owner))[0] ?? null;
      if (what === 'unshare') return codes(await sharing.unshare(image, [project], owner))[0] ?? null;
      return codes(await sharing.answer([image.id], what, member))[0] ?? null;
    };
    const first = await ask();
    if (again) expect(await ask()).toBe(first);
    return first;
  }

  it('ends as the simplest telling of it, and its versions only grow', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
        const image = sharing.image();
        const projects = Array.from({ length: PROJECTS }, () => `p-${randomUUID()}`);
        const truth = new Map<string, MemberStatus>();
        for (const each of steps) {
          const project = projects[each.project] ?? '';
          const wanted = expected(truth, project, each);
          const code = await run(image, project, each);
          if (wanted === 'share.ended or not_found') expect(['share.ended', 'share.not_found']).toContain(code);
          else expect(code).toBe(wanted);
        }
        const { shares } = await sharing.list(image);
        expect(new Map(shares.map(({ project_id, status }) => [project_id, status]))).toEqual(truth);
        await expectGrowing(image);
      }),
      { numRuns: trials(40) },
    );
  });

  it('told by many at once never has more members than it may, and one of each project', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
        const image = sharing.image();
        const projects = Array.from({ length: PROJECTS }, () => `p-${randomUUID()}`);
        await Promise.all(steps.map((each) => run(image, projects[each.project] ?? '', { ...each, again: false })));
        const { shares } = await sharing.list(image);
        expect(shares.length).toBeLessThanOrEqual(LIMIT);
        expect(new Set(shares.map(({ project_id }) => project_id)).size).toBe(shares.length);
        await expectGrowing(image);
      }),
      { numRuns: trials(30) },
    );
  });

  /** Every change is told: versions have no gap, of a share and of the list. */
  function expectGrowing({ id }: ShownImage): Promise<void> {
    return eventually(async () => {
      const [row]: { list_version: number }[] = await sharing.db.query(
        'SELECT list_version FROM sharing.images WHERE image_id = $1',
        [id],
      );
      const told = sharing.recorder.about(id).map(({ data }) => data as Told);
      const lists = told.flatMap(({ list_version }) => (list_version === undefined ? [] : [list_version]));
      expect(lists.sort((a, b) => a - b)).toEqual(Array.from({ length: row?.list_version ?? 0 }, (_, n) => n + 1));
      for (const project of new Set(told.map(({ share }) => share.project_id))) {
        const versions = told.filter(({ share }) => share.project_id === project).map(({ share }) => share.version);
        expect(versions.sort((a, b) => a - b)).toEqual(versions.map((_, n) => n + 1));
      }
    });
  }
});
