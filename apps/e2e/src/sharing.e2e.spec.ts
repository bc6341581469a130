import { eicarTestFile, SAMPLE_SIGNATURE } from '@imago/infra';
import { eventually } from '@imago/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approved, scanned, systemDisk } from '../test/publishing.ts';
import { Sharing } from '../test/sharing.ts';
import { systemFor } from '../test/shared-system.ts';
import type { SystemUnderTest } from '../test/system-under-test.ts';
import type { ImageDocument, Problem } from '../test/tenant.ts';
import { expectTrueState } from '../test/true-state.ts';

describe('images between projects', () => {
  let sut: SystemUnderTest;
  let alice: Sharing;
  let bob: Sharing;
  const bobsProject = (): string => sut.bob.user.project_id;

  beforeAll(async () => {
    sut = await systemFor('sharing');
    alice = new Sharing(sut.alice, sut);
    bob = new Sharing(sut.bob, sut);
  });
  afterAll(() => sut.close());

  it('is offered, accepted, used, and gone with its owner’s word', async () => {
    const id = await alice.activeImage('offered');
    const shared = await alice.share(id, [bobsProject()]);
    expect(shared).toMatchObject({ status: 200, body: { results: [{ share: { status: 'pending' }, error: null }] } });
    expect(await sut.alice.image(id)).toMatchObject({ visibility: 'shared' });
    expect(await bob.inbox('pending')).toMatchObject([{ image_id: id, image_name: 'offered', status: 'pending' }]);
    // It can be looked at by its id, and is in no list yet.
    expect(await sut.bob.image(id)).toMatchObject({ owner: sut.alice.user.project_id });
    expect(await bob.listed()).not.toContain(id);
    expect((await sut.bob.fetch(`/v2/images/${id}/file`)).status).toBe(403);

    await bob.answer(id, 'accept');
    expect(await bob.listed()).toContain(id); // the very next list
    expect((await sut.bob.download(id)).length).toBeGreaterThan(0);
    expect((await sut.bob.ask('DELETE', `/v2/images/${id}`)).status).toBe(403);
    expect((await bob.share(id, [sut.operator.user.project_id])).status).toBe(403);
    expect(await sut.bob.quotaUsed()).toBe(0); // the receiver pays nothing

    await bob.answer(id, 'reject');
    expect(await bob.listed()).not.toContain(id);
    await bob.answer(id, 'accept');

    const gone = await sut.alice.ask('DELETE', `/v1/images/${id}`);
    expect(gone).toMatchObject({ status: 200, body: { id, members_losing: 1 } });
    expect((await sut.bob.fetch(`/v2/images/${id}`)).status).toBe(404);
    await eventually(async () => {
      expect(await bob.inbox('ended')).toMatchObject([{ image_id: id, ended: { reason: 'image_deleted' } }]);
    });
    await expectTrueState(sut);
  });

  it('is taken back from everybody at once, and private again after the last', async () => {
    const id = await alice.activeImage('lent');
    await alice.share(id, `${bobsProject()}, p-elsewhere`);
    await bob.answer(id, 'accept');
    expect((await alice.shares(id)).quota).toEqual({ limit: 10, used: 2 });
    const cancelled = await alice.cancel(id, [bobsProject(), 'p-elsewhere']);
    expect(cancelled.status).toBe(200);
    expect(await sut.alice.image(id)).toMatchObject({ visibility: 'private' });
    expect(await bob.listed()).not.toContain(id);
    expect((await sut.bob.fetch(`/v2/images/${id}`)).status).toBe(404);
    expect((await bob.tryAnswer(id, 'accept')).status).toBe(410);
    await sut.alice.delete(id);
  });

  it('has at most ten members, whoever races for the last place, and more when the operator says so', async () => {
    const id = await alice.activeImage('wanted');
    const projects = Array.from({ length: 11 }, (_, index) => `p-${index}`);
    const answers = await Promise.all(projects.map((project) => alice.share(id, [project])));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(10).fill(200), 413]);
    const refused = answers.find(({ status }) => status === 413)?.body;
    expect(refused).toMatchObject({ code: 'quota.members_exceeded', limit: 10, used: 10 });

    const asked = await sut.alice.ask<{ id: string }>('POST', '/v1/quota-requests', {
      resource: 'members_per_image',
      requested_limit: 11,
      reason: 'eleven branches',
    });
    expect(asked.status).toBe(201);
    const approve = `/v1/operator/quota-requests/${asked.body.id}/approve`;
    expect((await sut.alice.ask('POST', approve, {})).status).toBe(403);
    expect((await sut.operator.ask('POST', approve, { comment: 'granted' })).status).toBe(200);
    const left = projects.filter((_, index) => answers[index]?.status === 413);
    expect((await alice.share(id, left)).status).toBe(200); // at once
    expect(await sut.alice.get(`/v1/quota-requests/${asked.body.id}`)).toMatchObject({
      state: 'approved',
      comment: 'granted',
    });
    expect((await sut.operator.ask('POST', `/v1/operator/quota-requests/${asked.body.id}/reject`, {})).status).toBe(
      409,
    );
    await sut.alice.delete(id);
  });

  it('is for everybody after a scan and a review, and costs nobody anything then', async () => {
    const id = await alice.imageOf('golden', 'raw', systemDisk());
    const publish = `/v1/operator/images/${id}/publish`;
    expect((await sut.operator.ask<Problem>('POST', publish)).body).toMatchObject({ code: 'image.review_missing' });
    await approved(sut.operator, id);
    expect((await sut.operator.ask<Problem>('POST', publish)).body).toMatchObject({ code: 'image.scan_missing' });
    expect(await scanned(sut.operator, id)).toMatchObject({ status: 'clean', initialisation_component: 'cloud-init' });
    expect((await sut.operator.ask('POST', publish)).status).toBe(200);
    expect(await bob.listed()).toContain(id);
    expect((await alice.share(id, [bobsProject()])).status).toBe(403);
    await eventually(async () => {
      expect(await sut.alice.quotaUsed()).toBe(0);
    });
    expect((await sut.operator.ask('POST', `/v1/operator/images/${id}/unpublish`)).status).toBe(200);
    expect(await bob.listed()).not.toContain(id);
    await sut.alice.delete(id);
    await expectTrueState(sut);
  });

  it('is not for everybody with malware in it, which is named with its path, and tells its owner of secrets', async () => {
    const [eicar, key] = [eicarTestFile(), '-----BEGIN PRIVATE KEY-----\nMIIE\n'];
    const id = await alice.imageOf('infected', 'raw', systemDisk({ 'root/eicar.com': eicar, 'root/.ssh/id_rsa': key }));
    const malware = [expect.objectContaining({ signature: SAMPLE_SIGNATURE, path: '/root/eicar.com' }) as object];
    const secrets = [expect.objectContaining({ kind: 'private_key', path: '/root/.ssh/id_rsa' }) as object];
    expect(await scanned(sut.alice, id)).toMatchObject({ status: 'infected', malware, secrets });
    expect(await sut.alice.image(id)).toMatchObject({ scan: 'infected' });
    await approved(sut.operator, id);
    const refused = await sut.operator.ask<Problem>('POST', `/v1/operator/images/${id}/publish`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'image.scan_not_clean', malware } });
    for (const [method, path] of [['GET', 'scan'] as const, ['POST', 'scans'] as const])
      expect((await sut.bob.ask(method, `/v1/images/${id}/${path}`)).status).toBe(404);
    expect((await alice.share(id, [bobsProject()])).body.scan).toMatchObject({ status: 'infected', secrets });
    expect((await sut.bob.ask('GET', `/v1/images/${id}/scan`)).status).toBe(403);
    await sut.alice.delete(id);
  });

  it('is charged to its owner by the hour that has begun, as JSON and as a table', async () => {
    const id = await alice.activeImage('charged');
    const { size } = await sut.alice.image(id);
    const usage = await eventually(async () => {
      const lines = await alice.usage(`by=image_hour&image_id=${id}`);
      expect(lines).toHaveLength(1);
      return lines;
    });
    expect(usage).toMatchObject([{ image_id: id, byte_hours: String(size), images: 1 }]);
    const table = await (await sut.alice.fetch(`/v1/usage?by=image&image_id=${id}&format=csv`)).text();
    expect(table).toContain(id);
    expect(await bob.usage(`by=image&image_id=${id}`)).toEqual([]);
    const others = `/v1/usage?project_id=${sut.alice.user.project_id}`;
    expect((await sut.bob.ask('GET', others)).status).toBe(404);
    await sut.alice.delete(id);
  });

  it('with a member is in the story the member reads', async () => {
    const id = await alice.activeImage('told');
    await alice.share(id, [bobsProject()]);
    await bob.answer(id, 'accept');
    await eventually(async () => {
      const types = (await sut.bob.events(id)).map(({ type }) => type);
      expect(types).toEqual(expect.arrayContaining(['ImageShared', 'ImageShareAccepted']));
    });
    await sut.alice.delete(id);
  });

  it('is refused with its code where it makes no sense, and then nothing has changed', async () => {
    const id = await alice.activeImage('refused');
    const many = Array.from({ length: 101 }, (_, n) => `p-${n}`);
    const own = sut.alice.user.project_id;
    for (const [projects, status, code] of [
      [many, 413, 'share.too_many'],
      [[], 400, 'request.invalid'],
      ['', 400, 'request.invalid'],
      [[own], 409, 'share.own_project'],
      [['no id!'], 400, 'share.project_invalid'],
    ] as const) {
      expect(await alice.share(id, projects)).toMatchObject({ status, body: { code } });
    }
    const mixed = await alice.share(id, ['p-1', 'p-1', own]);
    expect(mixed.status).toBe(207);
    expect(mixed.body.results.map(({ error }) => error?.code ?? null)).toEqual([
      null,
      'share.repeated',
      'share.own_project',
    ]);
    expect(await bob.tryAnswer(id, 'accept')).toMatchObject({ status: 404, body: { code: 'share.not_found' } });
    for (const wish of [
      { resource: 'images', requested_limit: -1, reason: 'x' },
      { resource: 'images', requested_limit: 2 ** 31, reason: 'x' },
      { resource: 'everything', requested_limit: 50, reason: 'x' },
      { resource: 'images', requested_limit: 50, reason: '  ' },
      { resource: 'images', requested_limit: 50 },
    ])
      expect((await sut.alice.ask('POST', '/v1/quota-requests', wish)).status).toBe(400);
    await sut.operator.ask('POST', `/v2/images/${id}/actions/deactivate`);
    expect(await alice.share(id, ['p-2'])).toMatchObject({ status: 403, body: { code: 'image.deactivated' } });
    expect((await alice.shares(id)).quota.used).toBe(1);
    await sut.alice.delete(id);
  });

  it('is listed by what the member said to it', async () => {
    const id = await alice.activeImage('sorted');
    await alice.share(id, [bobsProject()]);
    const listed = async (query: string): Promise<string[]> => {
      const { images } = await sut.bob.get<{ images: ImageDocument[] }>(`/v2/images?${query}`);
      return images.map((image) => image.id);
    };
    expect(await listed('visibility=shared&member_status=pending')).toContain(id);
    expect(await listed('visibility=shared')).not.toContain(id);
    await bob.answer(id, 'reject');
    expect(await listed('visibility=shared&member_status=rejected')).toContain(id);
    expect(await listed('visibility=shared&member_status=all')).toContain(id);
    await sut.alice.delete(id);
  });
});
