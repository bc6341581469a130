import { randomUUID } from 'node:crypto';
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

  #sharing(relation: Relation): Sharing {
    return new Sharing(this.#of(relation), this.#sut);
  }

  #of(relation: Relation): Tenant {
    const tenant = this.#people.get(relation);
    if (tenant === undefined) throw new Error(`nobody is ${relation}`);
    return tenant;
  }
}
