import { randomUUID } from 'node:crypto';
import { DeleteImage, GetImage, UpdateImage } from '@imago/contracts';
import { trials } from '@imago/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CatalogUnderTest, REGION, startCatalog, tenant } from '../../test/catalog-under-test.ts';
import { Shares, someProject } from '../../test/shares.ts';
import { SomeImages } from '../../test/some-images.ts';

type Status = 'none' | 'pending' | 'accepted' | 'rejected';

/** What sharing does, for one of a few projects. */
const action = fc.record({
  what: fc.constantFrom('share', 'accepted', 'rejected', 'pending', 'unshare' as const),
  project: fc.nat(2),
});

/** An order in which the events arrive: what is told twice, and where each stands. */
const delivery = fc.record({
  shuffle: fc.array(fc.nat(1_000_000), { minLength: 40, maxLength: 40 }),
  again: fc.nat(3),
});

describe('what is heard of shares', () => {
  let catalog: CatalogUnderTest;

  beforeAll(async () => {
    catalog = await startCatalog();
  });
  afterAll(() => catalog.close());

  it('in whatever order, how late and how often: who sees the image in the end is as sharing has it', async () => {
    const images = new SomeImages(catalog);
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 1, maxLength: 12 }),
        delivery,
        async (actions, { shuffle, again }) => {
          const image = await images.register();
          const projects = [someProject(), someProject(), someProject()];
          const shares = new Shares(catalog, image);
          const truth: Status[] = ['none', 'none', 'none'];
          const told: (() => Promise<string>)[] = [];
          for (const { what, project } of actions) {
            const name = projects[project] ?? '';
            const stands = truth[project] !== 'none';
            if (what === 'share' && !stands) told.push(shares.shared(name));
            else if (what === 'unshare' && stands) {
              const last = truth.filter((status) => status !== 'none').length === 1;
              told.push(shares.unshared(name, last));
            } else if (what !== 'share' && what !== 'unshare' && stands) told.push(shares.answered(name, what));
            else continue;
            truth[project] = what === 'share' ? 'pending' : what === 'unshare' ? 'none' : what;
          }
          const arrivals = told.flatMap((tell, place) => (place % 4 < again ? [tell, tell] : [tell]));
          const order = arrivals
            .map((tell, place) => ({ tell, at: shuffle[place % shuffle.length] ?? 0 }))
            .sort((one, other) => one.at - other.at);
          const ids: string[] = [];
          for (const { tell } of order) ids.push(await tell());
          await catalog.applied(...ids);

          const rows: { project_id: string; status: string }[] = await catalog.db.query(
            'SELECT project_id, status FROM catalog.image_members WHERE image_id = $1',
            [image.image_id],
          );
          const seen = projects.map((name) => rows.find(({ project_id }) => project_id === name)?.status ?? 'none');
          expect(seen.map((status) => (status === 'ended' ? 'none' : status))).toEqual(truth);
          const isShared = truth.some((status) => status !== 'none');
          expect(await images.show(image.image_id, image.owner)).toMatchObject({
            visibility: isShared ? 'shared' : 'private',
          });
        },
      ),
      { numRuns: trials(40) },
    );
  });

  it('of an image that is deleted brings it back for nobody', async () => {
    const images = new SomeImages(catalog);
    const image = await images.makeActive();
    const shares = new Shares(catalog, image);
    const member = someProject();
    const [told, accepted] = [shares.shared(member), shares.answered(member, 'accepted')];
    await catalog.applied(await told());
    const at = { image_id: image.image_id, region: REGION };
    await catalog.ask(DeleteImage, at, image.owner);
    await catalog.applied(await accepted(), await told());
    await expect(catalog.ask(GetImage, at, tenant(member))).rejects.toMatchObject({ code: 'image.not_found' });
    const [row]: { visibility: string }[] = await catalog.db.query(
      'SELECT visibility FROM catalog.images WHERE id = $1',
      [image.image_id],
    );
    expect(row).toEqual({ visibility: 'shared' });
  });

  it('that is older than what is known opens and closes nothing', async () => {
    const images = new SomeImages(catalog);
    const image = await images.register();
    const shares = new Shares(catalog, image);
    const [first, second] = [someProject(), someProject()];
    const [older, closing, newer] = [shares.shared(first), shares.unshared(first, true), shares.shared(second)];
    await catalog.applied(await newer(), await closing(), await older());
    expect(await images.show(image.image_id, image.owner)).toMatchObject({ visibility: 'shared' });
    const changes = [{ op: 'replace' as const, name: 'visibility', value: 'private' }];
    const owner = { ...image.owner, request_id: randomUUID() };
    await catalog.ask(UpdateImage, { image_id: image.image_id, region: REGION, changes, strict_add: false }, owner);
    await catalog.applied(await newer());
    expect(await images.show(image.image_id, image.owner)).toMatchObject({ visibility: 'private' });
  });
});
