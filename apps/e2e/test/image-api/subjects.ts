import { randomUUID } from 'node:crypto';
import { approved, scanned, systemDisk } from '../publishing.ts';
import type { Tenant } from '../tenant.ts';
import type { Role } from './rows.ts';

/** The file of every image here that has one, and is not for everybody. */
export const FILE = new Uint8Array(1024).fill(7);

const FORMATS = { disk_format: 'raw', container_format: 'bare' };
/** What an image is made with, by what it is called in the rows. */
const MADE = {
  blank: { visibility: 'private' },
  queued: { ...FORMATS, visibility: 'private' },
  active: { ...FORMATS, visibility: 'private', tags: ['red'], min_disk: 1, os_distro: 'debian' },
  shared: { ...FORMATS, visibility: 'shared' },
  community: { ...FORMATS, visibility: 'community' },
  public: { ...FORMATS, visibility: 'private' },
  deactivated: { ...FORMATS, visibility: 'private' },
  closed: { ...FORMATS, visibility: 'private' },
  protected: { ...FORMATS, visibility: 'private', protected: true },
  staged: { ...FORMATS, visibility: 'private' },
  hidden: { ...FORMATS, visibility: 'private', os_hidden: true },
} as const;
type Kind = keyof typeof MADE;

/** Makes the things rows are about. */
export class Subjects {
  readonly #people: ReadonlyMap<Role, Tenant>;
  readonly #standing = new Map<string, Promise<string>>();

  /** @param webServer what `{web server}` stands for */
  constructor(people: ReadonlyMap<Role, Tenant>, webServer: string) {
    this.#people = people;
    this.#standing.set('web server', Promise.resolve(webServer));
  }

  tenant(role: Role): Tenant {
    const tenant = this.#people.get(role);
    if (tenant === undefined) throw new Error(`nobody is ${role}`);
    return tenant;
  }

  /** The text with every name in braces replaced by what it is of. */
  async named(text: string): Promise<string> {
    const names = [...new Set([...text.matchAll(/\{(?<name>[a-z ]+)\}/g)].map(({ groups }) => groups?.['name'] ?? ''))];
    const found = await Promise.all(names.map(async (name) => [name, await this.#of(name)] as const));
    return found.reduce((named, [name, id]) => named.replaceAll(`{${name}}`, id), text);
  }

  #of(name: string): Promise<string> {
    if (name.endsWith(' project')) {
      return Promise.resolve(this.tenant(name.slice(0, -' project'.length) as Role).user.project_id);
    }
    if (name === 'new metadefs') return this.#makeMetadefs(name);
    if (name === 'new id' || name === 'no image') return Promise.resolve(randomUUID());
    if (name.startsWith('new ')) return this.#make(name.slice('new '.length) as Kind);
    const isMetadefs = name.endsWith(' metadefs');
    const known = this.#standing.get(name) ?? (isMetadefs ? this.#makeMetadefs(name) : this.#make(name as Kind));
    this.#standing.set(name, known);
    return known;
  }

  async #make(kind: Kind): Promise<string> {
    const owner = this.tenant('owner');
    const { id } = await need<{ id: string }>(owner, 'POST', '/v2/images', { name: kind, ...MADE[kind] });
    if (kind === 'blank' || kind === 'queued') return id;
    const headers = { 'content-type': 'application/octet-stream' };
    const place = kind === 'staged' ? 'stage' : 'file';
    const body = kind === 'public' ? new Uint8Array(systemDisk()) : FILE;
    const stored = await owner.fetch(`/v2/images/${id}/${place}`, { method: 'PUT', headers, body });
    if (stored.status !== 204) throw new Error(`the file of ${kind}: ${stored.status} ${await stored.text()}`);
    if (kind === 'shared') await this.#share(id);
    if (kind === 'public') await this.#publish(id);
    if (kind === 'deactivated') await need(owner, 'POST', `/v2/images/${id}/actions/deactivate`);
    if (kind === 'closed') await need(this.tenant('operator'), 'POST', `/v2/images/${id}/actions/deactivate`);
    return id;
  }

  /** A namespace of definitions with one of everything in it. Answers its name. */
  async #makeMetadefs(name: string): Promise<string> {
    const namespace = `${name.replace(' ', '-')}-${randomUUID()}`;
    await need(this.tenant('operator'), 'POST', '/v2/metadefs/namespaces', {
      namespace,
      visibility: name === 'own metadefs' ? 'private' : 'public',
      owner: this.tenant('owner').user.project_id,
      protected: name === 'protected metadefs',
      properties: { size: { title: 'Size', type: 'integer', minimum: 1 } },
      objects: [{ name: 'disk', required: ['size'], properties: { size: { title: 'Size', type: 'integer' } } }],
      tags: [{ name: 'red' }],
      resource_type_associations: [{ name: 'OS::Glance::Image', prefix: 'hw_' }],
    });
    return namespace;
  }

  async #share(id: string): Promise<void> {
    for (const role of ['accepted', 'pending', 'rejected'] as const) {
      const tenant = this.tenant(role);
      const member = tenant.user.project_id;
      await need(this.tenant('owner'), 'POST', `/v2/images/${id}/members`, { member });
      if (role !== 'pending') await need(tenant, 'PUT', `/v2/images/${id}/members/${member}`, { status: role });
    }
  }

  async #publish(id: string): Promise<void> {
    const operator = this.tenant('operator');
    await scanned(operator, id);
    await approved(operator, id);
    await operator.patch(id, [{ op: 'replace', path: '/visibility', value: 'public' }]);
  }
}

async function need<T>(tenant: Tenant, method: string, path: string, body?: object): Promise<T> {
  const answer = await tenant.ask<T>(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
