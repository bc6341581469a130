import { setTimeout as delay } from 'node:timers/promises';
import { Captures } from './captures.ts';
import { Chance } from './chance.ts';
import { Copies } from './copies.ts';
import { EXPORT_FORMATS, Exports } from './exports.ts';
import { Servers } from './servers.ts';
import { Sharing } from './sharing.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import type { ImageDocument, Tenant } from './tenant.ts';

/** Live images a project keeps at most, below its quota. */
const KEPT = 7;
/** Milliseconds between two things somebody does. */
const PACE = 150;
/** Milliseconds somebody waits for an answer: what is killed may never give one. */
const PATIENCE = 20_000;

/**
 * What tenants do while everything around them is killed: they import, upload, capture, export, copy, share, accept, make servers and
 * delete, each for itself, and do not care for errors. What they were promised is looked at afterwards.
 */
export class CampaignWork {
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];
  /** How often each was answered with success; a campaign in which nothing succeeded proves nothing. */
  readonly done: Record<string, number> = {};

  constructor(
    private readonly sut: SystemUnderTest,
    private readonly stoppedServer: string,
    private readonly seed: number,
  ) {}

  begin(): void {
    const { alice, bob } = this.sut;
    this.#run('import', (chance) => this.#import(alice, chance));
    this.#run('import', (chance) => this.#import(bob, chance));
    this.#run('upload', () => this.#upload(bob));
    this.#run('capture', () => this.#capture(alice));
    this.#run('export', (chance) => this.#export(alice, chance));
    this.#run('copy', (chance) => this.#copy(alice, chance));
    this.#run('share', (chance) => this.#share(alice, chance));
    this.#run('server', (chance) => this.#server(alice, chance));
    this.#run('delete', (chance) => this.#delete(alice, chance));
    this.#run('delete', (chance) => this.#delete(bob, chance));
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  #run(what: string, act: (chance: Chance) => Promise<boolean>): void {
    const chance = new Chance(this.seed + this.#running.length + 1);
    this.#running.push(this.#again(what, () => act(chance)));
  }

  async #again(what: string, act: () => Promise<boolean>): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const late = delay(PATIENCE, false, { ref: false });
      const succeeded = await Promise.race([act().catch(() => false), late]);
      if (succeeded) this.done[what] = (this.done[what] ?? 0) + 1;
      await delay(PACE, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #import(tenant: Tenant, chance: Chance): Promise<boolean> {
    const own = (await tenant.images()).filter(({ owner }) => owner === tenant.user.project_id);
    if (own.length >= KEPT) return false;
    const source = chance.happens(0.5) ? 'small' : 'disk';
    const { status, body } = await tenant.requestImport(source, { disk_format: 'raw', name: source });
    if (status === 202 && chance.happens(0.1)) await tenant.ask('POST', `/v1/jobs/${body.id}/cancel`);
    return status === 202;
  }

  async #upload(tenant: Tenant): Promise<boolean> {
    const own = (await tenant.images()).filter(({ owner }) => owner === tenant.user.project_id);
    if (own.length >= KEPT) return false;
    await new Sharing(tenant, this.sut).activeImage('uploaded');
    return true;
  }

  async #capture(tenant: Tenant): Promise<boolean> {
    const { status, body } = await new Captures(tenant).request(this.stoppedServer, 'captured');
    if (status !== 202) return false;
    return (await tenant.ended(body.id)).state === 'succeeded';
  }

  async #export(tenant: Tenant, chance: Chance): Promise<boolean> {
    const image = leaving(
      (await tenant.images()).filter(({ status }) => status === 'active'),
      chance,
    );
    if (image === undefined) return false;
    const fields = { disk_format: chance.one(EXPORT_FORMATS) ?? 'raw', object: 'exported', overwrite: true } as const;
    const { status, body } = await new Exports(tenant).request(image.id, fields);
    if (status !== 202) return false;
    if (chance.happens(0.2)) await tenant.ask('POST', `/v1/jobs/${body.id}/cancel`);
    return (await tenant.ended(body.id)).state === 'succeeded';
  }

  async #copy(tenant: Tenant, chance: Chance): Promise<boolean> {
    const own = (await tenant.images()).filter(({ owner }) => owner === tenant.user.project_id);
    const image = leaving(
      own.filter(({ status }) => status === 'active'),
      chance,
    );
    if (image === undefined || own.length >= KEPT) return false;
    const copies = new Copies(tenant);
    const accepted = await copies.request(image.id, { name: `copy of ${image.name}`.slice(0, 255) });
    if (accepted.status !== 202) return false;
    if (chance.happens(0.1)) await tenant.ask('POST', `/v1/jobs/${accepted.body.id}/cancel`);
    return (await copies.ended(accepted)).state === 'succeeded';
  }

  async #share(owner: Tenant, chance: Chance): Promise<boolean> {
    const own = (await owner.images()).filter((image) => image.owner === owner.user.project_id);
    const image = chance.one(own.filter(({ status }) => status === 'active'));
    if (image === undefined) return false;
    const receiver = this.sut.bob;
    const sharing = new Sharing(owner, this.sut);
    const { status } = await sharing.share(image.id, [receiver.user.project_id]);
    await new Sharing(receiver, this.sut).tryAnswer(image.id, chance.happens(0.5) ? 'accept' : 'reject');
    if (chance.happens(0.3)) await sharing.cancel(image.id, [receiver.user.project_id]);
    return status === 200;
  }

  async #server(tenant: Tenant, chance: Chance): Promise<boolean> {
    const servers = new Servers(tenant);
    const [extra] = (await servers.list()).filter(({ id }) => id !== this.stoppedServer);
    if (extra !== undefined) {
      await servers.delete(extra.id);
      return true;
    }
    const image = chance.one((await tenant.images()).filter(({ status }) => status === 'active'));
    if (image === undefined) return false;
    return (await servers.request({ image_id: image.id, name: 'extra' })).status === 202;
  }

  async #delete(tenant: Tenant, chance: Chance): Promise<boolean> {
    const own = (await tenant.images()).filter(({ owner }) => owner === tenant.user.project_id);
    const image = own.length > KEPT - 3 || chance.happens(0.1) ? chance.one(own) : undefined;
    if (image === undefined) return false;
    return (await tenant.ask('DELETE', `/v2/images/${image.id}`)).status === 204;
  }
}

/** One that cannot be deleted meanwhile, or as often any of them. */
function leaving(images: readonly ImageDocument[], chance: Chance): ImageDocument | undefined {
  return chance.one(chance.happens(0.5) ? images.filter((image) => image.protected) : images);
}
