import {
  type CreateObjectStore as CreateObjectStoreContract,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { requireAllowed } from '@imago/identity';
import { inTransaction, Outbox, type RequestCall } from '@imago/messaging';
import { SecretBox } from '@imago/persistence';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { IMPORT_CONFIG } from '../config-token.ts';
import type { ImportConfig } from '../config.ts';
import { objectStoreCreated } from './object-store-events.ts';
import { type TenantObjectStore, toObjectStoreRecord } from './object-store.row.ts';
import { ObjectStoresRepository } from './object-stores.repository.ts';
import { TenantStores } from './tenant-stores.ts';

type Request = RequestOf<typeof CreateObjectStoreContract>;
type Answer = ResponseOf<typeof CreateObjectStoreContract>;

/** Lets a project import from an object store of its own. */
@Injectable()
export class CreateObjectStore {
  constructor(
    private readonly db: DataSource,
    private readonly rows: ObjectStoresRepository,
    private readonly stores: TenantStores,
    private readonly box: SecretBox,
    private readonly outbox: Outbox,
    @Inject(IMPORT_CONFIG) private readonly config: Pick<ImportConfig, 'IMPORT_OBJECT_STORES_PER_PROJECT'>,
  ) {}

  /** @throws Refusal as the contract of `import.createObjectStore` names them; then there is no object store. */
  async execute(request: Request, { context, cause }: RequestCall): Promise<Answer> {
    requireAllowed('object_store.manage', context, 'owner');
    const { object_store_id: id, secret_key, region, ...shown } = request;
    const { project_id, user_id: created_by } = context;
    const made_of = Buffer.from(this.box.fingerprint(JSON.stringify([project_id, request])), 'hex');
    const madeBefore = await this.rows.findById(this.db.manager, id);
    if (madeBefore !== null) return again(madeBefore, made_of);
    const endpoint = await this.stores.checkEndpoint(request.endpoint);
    return inTransaction(this.db, async (tx) => {
      await this.rows.lockProject(tx, project_id, region);
      const known = await this.rows.findById(tx, id);
      if (known !== null) return again(known, made_of);
      await this.#requireRoom(tx, region, project_id);
      const owned = { id, project_id, region, created_by, made_of };
      const store = await this.rows.insert(tx, {
        ...shown,
        ...owned,
        endpoint,
        secret_key: this.box.seal(secret_key, id),
      });
      const eventId = await this.outbox.add(tx, objectStoreCreated(store, created_by), cause);
      return { object_store: toObjectStoreRecord(store), event_ids: [eventId] };
    });
  }

  async #requireRoom(tx: EntityManager, region: string, project_id: string): Promise<void> {
    const limit = this.config.IMPORT_OBJECT_STORES_PER_PROJECT;
    const used = await this.rows.count(tx, project_id, region);
    if (used < limit) return;
    const figures = { project_id, region, limit, used };
    throw refusal('object_store.too_many', `The project has ${used} of ${limit} object stores in ${region}.`, figures);
  }
}

/** @throws Refusal request.idempotency_conflict */
function again(known: TenantObjectStore, made_of: Buffer): Answer {
  if (known.made_of.equals(made_of)) return { object_store: toObjectStoreRecord(known), event_ids: [] };
  throw refusal('request.idempotency_conflict', 'This Idempotency-Key was used for a different object store.');
}
