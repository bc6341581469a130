import { randomUUID } from 'node:crypto';
import { ListImageShares, ShowImageShare } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codes, REGION, SharingUnderTest, tenant } from '../../test/sharing-under-test.ts';

describe('sharing an image', () => {
  let sharing: SharingUnderTest;

  beforeAll(async () => {
    sharing = await SharingUnderTest.start();
  });
  afterAll(() => sharing.close());

  it('answers each project by itself, and tells of each share to both sides', async () => {
    const image = sharing.image();
    const answer = await sharing.share(image, ['p-1', 'p-1', image.owner, 'no id!', 'p-2']);
    expect(codes(answer)).toEqual([null, 'share.repeated', 'share.own_project', 'share.project_invalid', null]);
    expect(answer.results[0]?.share).toMatchObject({ image_id: image.id, owner: image.owner, status: 'pending' });
    expect(answer.figures).toEqual({ limit: 10, used: 2 });
    expect(codes(await sharing.share(image, ['p-1']))).toEqual(['share.exists']);
    await eventually(() => {
      const told = sharing.recorder.about(image.id);
      expect(told.map(({ type, audience }) => [type, audience])).toEqual([
        ['ImageShared', `${image.owner},p-1`],
        ['ImageShared', `${image.owner},p-2`],
      ]);
    });
  });

  it.each([
    ['another project’s', {}, 'image.not_found', true],
    ['a public', { visibility: 'public' as const }, 'auth.forbidden', true],
    ['an own public', { visibility: 'public' as const }, 'share.public_image', false],
    ['a deactivated', { status: 'deactivated' as const }, 'image.deactivated', false],
    ['a failed', { status: 'killed' as const }, 'image.wrong_state', false],
  ])('refuses %s image', async (_which, overrides, code, asStranger) => {
    const image = sharing.image(overrides);
    const context = asStranger ? tenant('p-stranger') : tenant(image.owner);
    await expect(sharing.share(image, ['p-1'], context)).rejects.toMatchObject({ code });
    expect(await sharing.db.query('SELECT 1 FROM sharing.members WHERE image_id = $1', [image.id])).toEqual([]);
  });

  it('is for who may change the image, and of a private one only where that opens it', async () => {
    const image = sharing.image();
    const reader = tenant(image.owner, ['reader']);
    await expect(sharing.share(image, ['p-1'], reader)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await expect(sharing.share(image, ['p-1'], tenant(image.owner), false)).rejects.toMatchObject({
      code: 'share.not_shared',
    });
  });

  it('ends at the limit, in the order of the request, and whoever races for the last places', async () => {
    const eleven = Array.from({ length: 11 }, (_, n) => `p-${n}`);
    const batch = sharing.image();
    const answer = await sharing.share(batch, eleven);
    expect(codes(answer)).toEqual([...Array<null>(10).fill(null), 'quota.members_exceeded']);
    expect(answer.results[10]?.error?.details).toMatchObject({ limit: 10, used: 10 });
    const raced = sharing.image();
    const answers = await Promise.all(eleven.map((project) => sharing.share(raced, [project])));
    const refused = answers.flatMap(codes).filter((code) => code !== null);
    expect(refused).toEqual(['quota.members_exceeded']);
    expect((await sharing.list(raced)).shares).toHaveLength(10);
  });

  it('answers a request that is asked again as it did before', async () => {
    const image = sharing.image();
    const context = tenant(image.owner);
    const first = await sharing.share(image, ['p-1'], context);
    const again = await sharing.share(image, ['p-1'], context);
    expect(again.results).toEqual(first.results);
    expect(again.event_ids).toEqual([]);
    const undo = tenant(image.owner);
    await sharing.unshare(image, ['p-1'], undo);
    expect(codes(await sharing.unshare(image, ['p-1'], undo))).toEqual([null]);
    expect(codes(await sharing.unshare(image, ['p-1']))).toEqual(['share.not_found']);
  });

  it('of an image that is deleted meanwhile leaves nothing that stands', async () => {
    const image = sharing.image();
    sharing.world.meanwhile = async () => {
      sharing.world.meanwhile = () => Promise.resolve();
      await sharing.tell('deleted', { ...image, status: 'deleted' });
    };
    await expect(sharing.share(image, ['p-1'])).rejects.toMatchObject({ code: 'image.not_found' });
    const other = sharing.image();
    await sharing.share(other, ['p-1', 'p-2']);
    await sharing.tell('deleted', { ...other, status: 'deleted' });
    const rows: { ended_reason: string }[] = await sharing.db.query(
      'SELECT ended_reason FROM sharing.members WHERE image_id = ANY ($1::uuid[])',
      [[image.id, other.id]],
    );
    expect(rows.map(({ ended_reason }) => ended_reason)).toEqual(['image_deleted', 'image_deleted']);
    const { shares } = await sharing.inbox(tenant('p-2'), { status: 'ended' });
    expect(shares.map(({ image_id }) => image_id)).toContain(other.id);
  });

  it('is listed whole for the owner, and for a member as far as it is theirs', async () => {
    const image = sharing.image({ visibility: 'shared' });
    await sharing.share(image, ['p-1', 'p-2']);
    sharing.world.seenBy.set(image.id, new Set(['p-1', 'p-2']));
    expect((await sharing.list(image)).shares.map(({ project_id }) => project_id)).toEqual(['p-1', 'p-2']);
    expect(await sharing.list(image, tenant('p-1'))).toMatchObject({ shares: [{ project_id: 'p-1' }], figures: null });
    const show = (project_id: string, as: string): Promise<unknown> =>
      sharing.ask(
        ShowImageShare,
        { image_id: image.id, region: REGION, project_id, requires_shared: true },
        tenant(as, ['reader']),
      );
    expect(await show('p-2', 'p-2')).toMatchObject({ share: { project_id: 'p-2' } });
    await expect(show('p-1', 'p-2')).rejects.toMatchObject({ code: 'share.not_found' });
    await expect(show('p-1', 'p-3')).rejects.toMatchObject({ code: 'image.not_found' });
    const hidden = sharing.image();
    await expect(
      sharing.ask(
        ListImageShares,
        { image_id: hidden.id, region: REGION, requires_shared: true },
        tenant(hidden.owner),
      ),
    ).rejects.toMatchObject({ code: 'share.not_shared' });
  });

  it('follows the image: its name, its owner, and whether it is shared at all', async () => {
    const image = sharing.image({ version: 3 });
    await sharing.share(image, ['p-heir', 'p-other']);
    await sharing.tell('updated', { ...image, name: 'stale', version: 2 });
    await sharing.tell('updated', { ...image, name: 'new', owner: 'p-heir', visibility: 'shared', version: 5 });
    const { shares } = await sharing.inbox(tenant('p-other'));
    expect(shares).toMatchObject([{ image_name: 'new', owner: 'p-heir' }]);
    expect((await sharing.inbox(tenant('p-heir'))).shares).toEqual([]);
    await sharing.tell('updated', { ...image, owner: 'p-heir', visibility: 'private', version: 6 });
    expect((await sharing.inbox(tenant('p-other'))).shares).toEqual([]);
    expect(codes(await sharing.answer([image.id], 'accepted', tenant('p-other')))).toEqual(['share.not_found']);
  });

  it('is not told what else changes of it', async () => {
    const image = sharing.image();
    await sharing.share(image, ['p-1']);
    const passedOver = await sharing.publishUpdated({ ...image, version: 2 }, ['tags', 'a_property']);
    await sharing.tell('updated', { ...image, name: 'new', version: 3 });
    const heard: unknown[] = await sharing.db.query('SELECT 1 FROM sharing.inbox WHERE message_id = $1', [passedOver]);
    expect(heard).toEqual([]);
  });

  it('of an image sharing never heard of is no business of its own', async () => {
    const image = sharing.image();
    await sharing.tell('updated', { ...image, version: 2 });
    expect(await sharing.db.query('SELECT 1 FROM sharing.images WHERE image_id = $1', [image.id])).toEqual([]);
    await expect(sharing.share({ ...image, id: randomUUID() }, ['p-1'])).rejects.toMatchObject({
      code: 'image.not_found',
    });
  });
});
