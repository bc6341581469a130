import { randomUUID } from 'node:crypto';
import { eventually } from '@imago/testing';
import { Servers } from './servers.ts';
import { Sharing } from './sharing.ts';
import { smallQcow2 } from './source-disks.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import type { Relation, Subject } from './policy-walk.ts';
import type { Tenant } from './tenant.ts';

/** Names in a path, and in bodies, of what a route is about. */
export type Ids = Readonly<Record<string, string>>;

const WISHES = [
  { resource: 'members_per_image', requested_limit: 50, reason: 'more branches' },
  { resource: 'storage_gib', requested_limit: 30_000, reason: 'more disks' },
  { resource: 'images', requested_limit: 1000, reason: 'more images' },
];

/** Makes things of the owner's, each with everybody in their relation to it. */
export class WalkSubjects {
  readonly #sut: SystemUnderTest;
  readonly #people: ReadonlyMap<Relation, Tenant>;
  #server: Ids | null = null;
  #wishes = 0;

  constructor(sut: SystemUnderTest, people: ReadonlyMap<Relation, Tenant>) {
    this.#sut = sut;
    this.#people = people;
  }

  make(subject: Subject): Promise<Ids> {
    switch (subject) {
      case 'image':
        return this.#image();
      case 'image_job':
        return this.#job();
      case 'server':
        return this.#serverOf();
      case 'quota_request':
        return this.#quotaRequest();
      case 'webhook':
        return this.#webhook();
      case 'upload':
        return this.#upload();
      case 'object_store':
        return this.#objectStore();
      case 'nothing':
        return Promise.resolve({ image_id: randomUUID(), job_id: randomUUID(), server_id: randomUUID() });
      default:
        return subject satisfies never;
    }
  }

  /** Active, and shared with one project that accepted it, one that did not answer and one that does not want it. */
  async #image(): Promise<Ids> {
    const owner = this.#sharing('owner');
    const image_id = await owner.activeImage('walked');
    const members = (['accepted', 'pending', 'rejected'] as const).map((each) => this.#of(each).user.project_id);
    await owner.share(image_id, members);
    await this.#sharing('accepted').answer(image_id, 'accept');
    await this.#sharing('rejected').answer(image_id, 'reject');
    return { image_id };
  }

  async #job(): Promise<Ids> {
    const owner = this.#of('owner');
    await owner.bucket.put('walked', await smallQcow2(this.#sut.directory, this.#sut.qemuImg));
    const job = await owner.ended((await owner.import('walked')).id);
    await owner.readiness(job.image_id ?? '');
    return { job_id: job.id, image_id: job.image_id ?? '' };
  }

  async #serverOf(): Promise<Ids> {
    const image_id = this.#server?.['image_id'] ?? (await this.#sharing('owner').activeImage('walked'));
    const [server] = await new Servers(this.#of('owner')).create({ image_id });
    this.#server = { image_id, server_id: server?.id ?? '' };
    return this.#server;
  }

  /** Of each limit one request at a time is open. */
  async #quotaRequest(): Promise<Ids> {
    const wish = WISHES[this.#wishes++ % WISHES.length];
    const { status, body } = await this.#of('owner').ask<{ id: string }>('POST', '/v1/quota-requests', wish);
    if (status !== 201) throw new Error(`the request was answered with ${status}: ${JSON.stringify(body)}`);
    return { quota_request_id: body.id };
  }

  /** With one delivery, which nobody takes. */
  async #webhook(): Promise<Ids> {
    const owner = this.#of('owner');
    const wanted = { url: 'http://127.0.0.1:9099/', types: ['WebhookDeliveryFailed'] };
    const webhook = await owner.ask<{ id: string }>('POST', '/v1/webhooks', wanted);
    if (webhook.status !== 201) throw new Error(`the webhook was answered with ${webhook.status}`);
    const path = `/v1/webhooks/${webhook.body.id}`;
    const test = await owner.ask<{ id: string }>('POST', `${path}/test`);
    await eventually(async () => {
      const { state } = await owner.get<{ state: string }>(`${path}/deliveries/${test.body.id}`);
      if (state !== 'parked') throw new Error(`the delivery is ${state}`);
    });
    return { webhook_id: webhook.body.id, delivery_id: test.body.id };
  }

  /** Of which nothing is sent. */
  async #upload(): Promise<Ids> {
    const { status, body } = await this.#of('owner').ask<{ id: string }>('POST', '/v1/uploads', { size: 1000 });
    if (status !== 201) throw new Error(`the upload was answered with ${status}: ${JSON.stringify(body)}`);
    return { upload_id: body.id };
  }

  async #objectStore(): Promise<Ids> {
    const wanted = { endpoint: 'http://127.0.0.1:9099', access_key: 'a', secret_key: 'b' };
    const name = `walked-${randomUUID()}`;
    const store = await this.#of('owner').ask<{ id: string }>('POST', '/v1/object-stores', { name, ...wanted });
    if (store.status !== 201) throw new Error(`the object store was answered with ${store.status}`);
    return { object_store: store.body.id };
  }

  #sharing(relation: Relation): Sharing {
    return new Sharing(this.#of(relation), this.#sut);
  }

  #of(relation: Relation): Tenant {
    const tenant = this.#people.get(relation);
    if (tenant === undefined) throw new Error(`nobody is ${relation}`);
    return tenant;
  }
}
