import { refusal } from '@imago/contracts';
import { S3ObjectStore } from '@imago/object-store';
import { OutboundGuard, OutboundRefused } from '@imago/outbound';
import { SecretBox } from '@imago/persistence';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { OUTBOUND_CA } from '../outbound.ts';
import type { TenantObjectStore } from './object-store.row.ts';
import { ObjectStoresRepository } from './object-stores.repository.ts';

/** Stores whose connections are kept. */
const KEPT = 32;
const ATTEMPTS = 5;

/** The tenants' own object stores, opened: every connection to one goes to an address that was looked at for it. */
@Injectable()
export class TenantStores {
  readonly #open = new Map<string, S3ObjectStore>();

  constructor(
    private readonly db: DataSource,
    private readonly stores: ObjectStoresRepository,
    private readonly box: SecretBox,
    private readonly guard: OutboundGuard,
    @Inject(OUTBOUND_CA) private readonly ca: readonly string[] | undefined,
    @Inject(IMPORT_CONFIG) private readonly config: ImportConfig,
  ) {}

  /**
   * The endpoint as it is kept.
   * @throws Refusal object_store.endpoint_refused
   */
  async checkEndpoint(text: string): Promise<string> {
    try {
      const url = this.guard.url(text);
      if (url.pathname !== '/' || url.search !== '')
        throw new OutboundRefused('url', 'The endpoint has a path or a query.');
      await this.guard.addressesOf(url.hostname);
      return url.origin;
    } catch (error) {
      if (error instanceof OutboundRefused) throw refusal('object_store.endpoint_refused', error.message);
      throw error;
    }
  }

  /** @throws Refusal object_store.not_found, the same for another project's */
  async named(object_store: string, region: string, project_id: string): Promise<TenantObjectStore> {
    const found = await this.stores.find(this.db.manager, { object_store, region, project_id });
    if (found === null) throw notFound();
    return found;
  }

  /**
   * The store as it is now, whatever it was when the import began: the file is pinned.
   * @throws Refusal object_store.not_found, object_store.secret_unreadable
   */
  async open(id: string, projectId: string): Promise<S3ObjectStore> {
    const row = await this.stores.findById(this.db.manager, id);
    if (row?.project_id !== projectId) throw notFound();
    const place = `${row.id} ${row.version}`;
    const known = this.#open.get(place) ?? this.#connect(row);
    this.#open.delete(place);
    this.#open.set(place, known);
    const [oldest] = this.#open.keys();
    if (this.#open.size > KEPT && oldest !== undefined) this.#open.delete(oldest);
    return known;
  }

  #connect({
    id,
    endpoint,
    signing_region: region,
    addressing_style,
    access_key,
    secret_key,
  }: TenantObjectStore): S3ObjectStore {
    const { IMPORT_OUTBOUND_CONNECT_SECONDS, IMPORT_OUTBOUND_SILENCE_SECONDS, IMPORT_OUTBOUND_RETRY_SECONDS } =
      this.config;
    const account = { endpoint, region, addressing_style, access_key, secret_key: this.box.open(secret_key, id) };
    return new S3ObjectStore(
      { ...account, bucket: '' },
      {
        guard: this.guard,
        ...(this.ca === undefined ? {} : { ca: this.ca }),
        max_sockets: this.config.IMPORT_OUTBOUND_CONNECTIONS,
        connect_ms: IMPORT_OUTBOUND_CONNECT_SECONDS * 1000,
        silence_ms: IMPORT_OUTBOUND_SILENCE_SECONDS * 1000,
        attempts: ATTEMPTS,
        pause_ms: IMPORT_OUTBOUND_RETRY_SECONDS * 1000,
      },
    );
  }
}

function notFound(): Error {
  return refusal('object_store.not_found', 'The project has no such object store.');
}
