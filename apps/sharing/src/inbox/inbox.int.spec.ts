import { randomUUID } from 'node:crypto';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codes, SharingUnderTest, tenant } from '../../test/sharing-under-test.ts';

describe('what is shared with a project', () => {
  let sharing: SharingUnderTest;

  beforeAll(async () => {
    sharing = await SharingUnderTest.start();
  });
  afterAll(() => sharing.close());

  function somebody(): ReturnType<typeof tenant> {
    return tenant(`p-${randomUUID()}`);
  }

  it('is accepted, rejected and thought over, each told once, and said twice changes nothing', async () => {
    const image = sharing.image();
    const member = somebody();
    await sharing.share(image, [member.project_id]);
    for (const status of ['accepted', 'accepted', 'rejected', 'pending', 'accepted'] as const) {
      const { results } = await sharing.answer([image.id], status, tenant(member.project_id));
      expect(results).toMatchObject([{ share: { status }, error: null }]);
    }
    await eventually(() => {
      expect(sharing.recorder.about(image.id).map(({ type }) => type)).toEqual([
        'ImageShared',
        'ImageShareAccepted',
        'ImageShareRejected',
        'ImageShareReconsidered',
        'ImageShareAccepted',
      ]);
    });
  });

  it('is answered by its members alone: not by readers, strangers, or once it was taken back', async () => {
    const image = sharing.image();
    const member = somebody();
    await sharing.share(image, [member.project_id]);
    const reader = tenant(member.project_id, ['reader']);
    await expect(sharing.answer([image.id], 'accepted', reader)).rejects.toMatchObject({ code: 'auth.forbidden' });
    await expect(sharing.answer([image.id], 'accepted', somebody(), member.project_id)).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    expect(codes(await sharing.answer([image.id], 'accepted', somebody()))).toEqual(['share.not_found']);
    expect(codes(await sharing.answer([image.id], 'accepted', tenant(image.owner)))).toEqual(['share.not_found']);
    await sharing.unshare(image, [member.project_id]);
    expect(codes(await sharing.answer([image.id], 'accepted', tenant(member.project_id)))).toEqual(['share.ended']);
    const operator = tenant('operators', ['admin', 'member', 'reader']);
    await sharing.share(image, [member.project_id]);
    expect(codes(await sharing.answer([image.id], 'accepted', operator, member.project_id))).toEqual([null]);
  });

  it('is answered in a batch, each image by itself', async () => {
    const member = somebody();
    const [first, second] = [sharing.image(), sharing.image()];
    await sharing.share(first, [member.project_id]);
    await sharing.share(second, [member.project_id]);
    const ids = [first.id, randomUUID(), 'web-1', second.id, first.id];
    expect(codes(await sharing.answer(ids, 'accepted', member))).toEqual([
      null,
      'share.not_found',
      'share.not_found',
      null,
      'share.repeated',
    ]);
  });

  it('is listed by what was said to it, the newest change first, page by page, with how many wait', async () => {
    const member = somebody();
    const images = Array.from({ length: 5 }, () => sharing.image());
    for (const image of images) await sharing.share(image, [member.project_id]);
    const [one, two, three, four, five] = images.map(({ id }) => id) as [string, string, string, string, string];
    await sharing.answer([one], 'accepted', member);
    await sharing.answer([two], 'rejected', tenant(member.project_id));
    await sharing.unshare(images[2] ?? sharing.image(), [member.project_id]);
    const listed = async (status: 'pending' | 'accepted' | 'rejected' | 'ended' | 'all' | null): Promise<string[]> =>
      (await sharing.inbox(member, { status })).shares.map(({ image_id }) => image_id);
    expect(await listed('pending')).toEqual([five, four]);
    expect(await listed('accepted')).toEqual([one]);
    expect(await listed('rejected')).toEqual([two]);
    expect(await listed('ended')).toEqual([three]);
    expect(await listed(null)).toEqual([two, one, five, four]);
    expect(await listed('all')).toEqual([three, two, one, five, four]);
    const paged: string[] = [];
    for (let marker = null; ;) {
      const page: Awaited<ReturnType<SharingUnderTest['inbox']>> = await sharing.inbox(member, {
        status: 'all',
        limit: 2,
        marker,
      });
      expect(page.pending).toBe(2);
      paged.push(...page.shares.map(({ image_id }) => image_id));
      if (page.next_marker === null) break;
      marker = page.next_marker as never;
    }
    expect(paged).toEqual([three, two, one, five, four]);
  });
});
