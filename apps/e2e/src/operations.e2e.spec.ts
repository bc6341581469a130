import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ParkedMessage } from '@imago/messaging';
import { type CollectedSpan, eventually, EXHAUSTIVE, TraceCollector } from '@imago/testing';
import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { reconciled, RECONCILIATIONS_PATH } from '../test/reconciliations.ts';
import { Servers } from '../test/servers.ts';
import { Sharing } from '../test/sharing.ts';
import { smallQcow2 } from '../test/source-disks.ts';
import { startSystemUnderTest, type SystemUnderTest } from '../test/system-under-test.ts';
import { expectTrueState } from '../test/true-state.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PARKED = '/v1/operator/parked';

let sut: SystemUnderTest;
let collector: TraceCollector;

beforeAll(async () => {
  collector = await TraceCollector.listen();
  sut = await startSystemUnderTest({ everywhere: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint } });
  await sut.alice.bucket.put('disk', await smallQcow2(sut.directory, sut.qemuImg));
});
afterAll(async () => {
  await sut.close();
  await collector.close();
});

describe('the trace of an import', () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const caller = 'b7ad6b7169203331';

  /** The spans of the trace, when the log has heard that the image is ready and nothing of what led there is missing. */
  async function wholeTrace(): Promise<readonly CollectedSpan[]> {
    return eventually(() => {
      const spans = collector.spans.filter(({ trace_id }) => trace_id === trace);
      const heard = spans.find(({ service, name }) => service === 'activity' && name === 'handle ImageReady');
      if (heard === undefined) throw new Error('nobody heard that the image is ready');
      const ids = new Set([caller, ...spans.map(({ span_id }) => span_id)]);
      expect(spans.filter(({ parent_span_id }) => !ids.has(parent_span_id ?? ''))).toEqual([]);
      return spans;
    });
  }

  it('is one, from the request of its caller to all that hear that the image is ready', async () => {
    const headers = { traceparent: `00-${trace}-${caller}-01`, baggage: 'hostile=1', tracestate: 'hostile=1' };
    const { status, body: job } = await sut.alice.requestImport('disk', { name: 'traced-secret' }, headers);
    expect(status).toBe(202);
    await sut.alice.imageIn('active', job.image_id ?? '');
    const spans = await wholeTrace();
    const services = new Set(spans.map(({ service }) => service));
    expect([...services].sort()).toEqual(expect.arrayContaining(['activity', 'catalog', 'gateway', 'import', 'quota']));

    const heard = spans.find(({ service, name }) => service === 'activity' && name === 'handle ImageReady');
    const path = heard === undefined ? [] : collector.path(heard);
    expect(path.map(({ service, name }) => `${service}: ${name}`)).toEqual([
      'activity: handle ImageReady',
      'catalog: publish ImageReady',
      'catalog: handle ImageImported',
      'import: publish ImageImported',
      'import: job import',
      'import: import.requestImport',
      'gateway: import.requestImport',
      'gateway: POST /v1/imports',
    ]);
    expect(path.at(-1)?.parent_span_id).toBe(caller);
    const reserved = collector.path(spanOf(spans, 'quota', 'quota.reserveImage'));
    expect(reserved.map(({ service }) => service)).toEqual([
      ...['quota', 'catalog', 'catalog', 'import', 'import', 'gateway', 'gateway'],
    ]);
    const [attempt] = spans.filter(({ name }) => name === 'job import');
    expect(attempt?.attributes).toMatchObject({
      'imago.job.id': job.id,
      'imago.image.id': job.image_id,
      'imago.project.id': sut.alice.user.project_id,
      'imago.outcome': 'succeeded',
    });
    const phases = spans.filter(({ parent_span_id }) => parent_span_id === attempt?.span_id);
    expect(phases.map(({ name }) => name)).toEqual(expect.arrayContaining(['phase admit', 'phase inspect']));
    expect(JSON.stringify(spans)).not.toMatch(/hostile|secret|s3:\/\//);
  });

  it('is another one when its caller names none that there can be', EXHAUSTIVE, async () => {
    for (const traceparent of [`00-${'0'.repeat(32)}-${caller}-01`, '\u00ff\u00fe', `00-${trace}-${caller}-01;drop`]) {
      const { status, headers } = await sut.alice.ask('GET', '/v2/images', undefined, { traceparent });
      expect(status).toBe(200);
      const request = headers.get('x-openstack-request-id');
      const span = await eventually(() => {
        const found = collector.spans.find(({ attributes }) => attributes['imago.request.id'] === request);
        if (found === undefined) throw new Error('the span has not come yet');
        return found;
      });
      expect(span.parent_span_id).toBeUndefined();
      expect(span.trace_id).not.toBe(trace);
    }
  });

  it('is lost, and nothing else is, while its collector answers nothing and when it is gone', EXHAUSTIVE, async () => {
    for (const goAway of [() => void (collector.answer = 'silent'), () => collector.close()]) {
      await goAway();
      const { id, image_id } = await sut.alice.import('disk');
      expect(await sut.alice.ended(id)).toMatchObject({ state: 'succeeded' });
      await sut.alice.imageIn('active', image_id ?? '');
      await sut.alice.delete(image_id ?? '');
    }
    await expectTrueState(sut);
    for (const { port } of sut.system.services)
      expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
    await eventually(async () => {
      const metrics = await (await fetch(`${sut.system.gateway}/metrics`)).text();
      expect(metrics).toMatch(/trace_spans_total\{service="gateway",outcome="failed"\} \d/);
    });
  });
});

describe('what operators repair', () => {
  it('are truths that differ: each is found, named, and made right again', async () => {
    const alice = new Sharing(sut.alice, sut);
    const bob = new Sharing(sut.bob, sut);
    const image = await alice.activeImage('shared');
    await alice.share(image, [sut.bob.user.project_id]);
    await bob.answer(image, 'accept');
    const servers = new Servers(sut.alice);
    const [server] = await servers.create({ image_id: image });
    await servers.do(server?.id ?? '', 'stop', { hard: true });
    await expectTrueState(sut);
    for (const { found, error } of (await reconciled(sut.operator)).values())
      expect({ found, error }).toEqual({ found: 0, error: null });

    const { rows } = await sut.db.query<{ disk: string; object: string }>(
      `SELECT holder_id AS disk, object_id AS object FROM catalog.object_references WHERE holder_type = 'server'`,
    );
    const [disk, object] = [rows[0]?.disk ?? '', rows[0]?.object ?? ''];
    const [noImage, noDisk, noLock] = [randomUUID(), randomUUID(), randomUUID()];
    const orphan = `images/${randomUUID()}/lost`;
    await sut.db.query(`DELETE FROM quota.reservations WHERE image_id = $1`, [image]);
    await sut.db.query(
      `INSERT INTO quota.reservations (image_id, project_id, region, resource, state, expires_at, correlation_id)
       SELECT $1, project_id, region, 'images', 'confirmed', now(), 'x' FROM quota.limits WHERE project_id = $2 LIMIT 1`,
      [noImage, sut.alice.user.project_id],
    );
    await sut.db.query(`UPDATE catalog.image_members SET status = 'ended' WHERE image_id = $1`, [image]);
    await sut.db.query(`DELETE FROM catalog.object_references WHERE holder_type = 'server'`);
    await sut.db.query(
      `INSERT INTO catalog.object_references (object_id, holder_type, holder_id) VALUES ($1, 'server', $2)`,
      [object, noDisk],
    );
    await sut.db.query(
      `UPDATE compute.servers SET task = 'capturing', job_id = $2, lock_id = $2, lock_until = now() + interval '1 hour',
         lock_disk_id = (SELECT id FROM compute.server_disks WHERE server_id = $1) WHERE id = $1`,
      [server?.id, noLock],
    );
    await sut.images.put(orphan, 'nobody’s');

    const found = await reconciled(sut.operator);
    const problems = [...found.values()].flatMap(({ differences }) =>
      differences.map(({ subject, problem, repaired }) => ({ subject, problem, repaired })),
    );
    expect(problems).toHaveLength(7);
    expect(problems).toEqual(
      expect.arrayContaining([
        { subject: image, problem: 'place_missing', repaired: true },
        { subject: noImage, problem: 'place_unneeded', repaired: true },
        { subject: image, problem: 'members_differ', repaired: true },
        { subject: disk, problem: 'hold_missing', repaired: true },
        { subject: noDisk, problem: 'hold_unneeded', repaired: true },
        { subject: noLock, problem: 'lock_unneeded', repaired: true },
        { subject: orphan, problem: 'object_orphan', repaired: true },
      ]),
    );
    for (const { found: left, error } of (await reconciled(sut.operator)).values())
      expect({ left, error }).toEqual({ left: 0, error: null });
    expect(await bob.listed()).toContain(image);
    expect(await servers.show(server?.id ?? '')).toMatchObject({ status: 'stopped', task: null });
    await servers.delete(server?.id ?? '');
    await expectTrueState(sut);
  });

  it('are messages no service could work off: they are shown with their cause, tried again, and given up', async () => {
    const id = randomUUID();
    const connection = await connect(sut.amqpUrl);
    const channel = await connection.createConfirmChannel();
    channel.publish('imago.events', 'catalog.ImageDeleted.v1', Buffer.from('{"no":"event"}'), {
      ...{ messageId: id, type: 'ImageDeleted', persistent: true, contentType: 'application/cloudevents+json' },
    });
    await channel.waitForConfirms();
    await connection.close();

    type Shown = ParkedMessage & { readonly service: string };
    const parked = async (query = ''): Promise<readonly Shown[]> =>
      (await sut.operator.get<{ messages: Shown[] }>(PARKED + query)).messages;
    const ofQuota = { service: 'quota', id, reason: 'invalid', queue: 'quota.on.catalog', body: '{"no":"event"}' };
    await eventually(async () => {
      expect(await parked()).toContainEqual(expect.objectContaining(ofQuota));
    });
    const [shown] = await parked('?service=quota');
    expect(shown).toMatchObject(ofQuota);
    await eventually(async () => {
      const { services, queues } = await sut.operator.get<OperationsReport>('/v1/operator/operations');
      expect(queues).toContainEqual(expect.objectContaining({ queue: 'quota.parked', messages: 1 }));
      expect(services.map(({ state }) => state)).toEqual(services.map(() => 'ready'));
    });

    const path = `${PARKED}/quota/${id}`;
    expect((await sut.operator.ask('POST', `${path}/replay`)).status).toBe(204);
    await eventually(async () => {
      const [again] = await parked('?service=quota');
      expect(again).toMatchObject(ofQuota); // what is invalid stays so
      expect(again?.parked_at).not.toBe(shown?.parked_at);
    });
    for (const { service } of await parked())
      expect((await sut.operator.ask('DELETE', `${PARKED}/${service}/${id}`)).status).toBe(204);
    expect(await parked()).toEqual([]);
    expect((await sut.operator.ask('DELETE', path)).body).toMatchObject({ code: 'parked.not_found' });
    expect((await sut.operator.ask('POST', `${PARKED}/nobody/${id}/replay`)).body).toMatchObject({
      code: 'parked.not_found',
    });
    expect((await sut.operator.ask('GET', `${PARKED}?service=nobody`)).status).toBe(400);
  });

  it('is told by the alerts and shown on the board, by figures that services really measure', async () => {
    const texts = await Promise.all(
      sut.system.services.map(async ({ port }) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
    );
    const measured = new Set(
      texts.flatMap((text) => [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name = '']) => name)),
    );
    const named = new Set((await expressions()).flatMap(metricsIn));
    expect(named.size).toBeGreaterThan(10);
    expect([...named].filter((name) => !measured.has(name))).toEqual([]);
  });

  it('has a line in docs/operations.md for every alert', async () => {
    const page = await readFile(join(ROOT, 'docs/operations.md'), 'utf8');
    const unsaid = (await alerts()).filter(({ alert }) => !page.includes(`| \`${alert}\``));
    expect(unsaid).toEqual([]);
  });

  it('are no business of tenants', async () => {
    for (const [method, path] of [
      ['GET', RECONCILIATIONS_PATH],
      ['POST', RECONCILIATIONS_PATH],
      ['GET', PARKED],
      ['GET', '/v1/operator/operations'],
      ['DELETE', `${PARKED}/quota/${randomUUID()}`],
    ] as const)
      expect((await sut.alice.ask(method, path, method === 'POST' ? {} : undefined)).status).toBe(403);
  });
});

interface OperationsReport {
  readonly services: readonly { readonly state: string }[];
  readonly queues: readonly { readonly queue: string; readonly messages: number | null }[];
}

function spanOf(spans: readonly CollectedSpan[], service: string, name: string): CollectedSpan {
  const found = spans.find((span) => span.service === service && span.name === name);
  if (found === undefined) throw new Error(`${service} has no span ${name}`);
  return found;
}

interface Alert {
  readonly alert: string;
  readonly expr: string;
}

async function alerts(): Promise<readonly Alert[]> {
  const text = await readFile(join(ROOT, 'deploy/prometheus/alerts.yml'), 'utf8');
  return (parse(text) as { groups: { rules: Alert[] }[] }).groups.flatMap(({ rules }) => rules);
}

async function expressions(): Promise<readonly string[]> {
  const board = JSON.parse(await readFile(join(ROOT, 'deploy/grafana/imago.json'), 'utf8')) as {
    panels: { targets: { expr: string }[] }[];
  };
  const shown = board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  return [...(await alerts()).map(({ expr }) => expr), ...shown];
}

/** The metrics an expression reads, without those of Prometheus itself: no function and no label has such a name. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression.replace(/\{[^}]*\}/g, '').replace(/\b(by|without)\s*\([^)]*\)/g, '');
  const names = [...bare.matchAll(/\b([a-z]\w*_\w+)\b(?!\s*\()/g)].map(([, name = '']) => name);
  return names.map((name) => name.replace(/_(bucket|count|sum)$/, ''));
}
