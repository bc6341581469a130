import type { DeleteObjectStore, ReplaceObjectStore, RequestOf, ResponseOf } from '@imago/contracts';
import { refusal } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { inTransaction, Outbox, type RequestCall } from '@imago/messaging';
import { SecretBox } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { objectStoreDeleted, objectStoreReplaced } from './object-store-events.ts';
import { type TenantObjectStore, toObjectStoreRecord } from './object-store.row.ts';
import { ObjectStoresRepository } from './object-stores.repository.ts';
import { TenantStores } from './tenant-stores.ts';

/** Replaces and deletes object stores of the caller's project. */
@Injectable()
export class ChangeObjectStores {
  constructor(
    private readonly db: DataSource,
    private readonly rows: ObjectStoresRepository,
    private readonly stores: TenantStores,
    private readonly box: SecretBox,
    private readonly outbox: Outbox,
  ) {}

  /** @throws Refusal as the contract of `import.replaceObjectStore` names them; then nothing has changed. */
  async replace(
    request: RequestOf<typeof ReplaceObjectStore>,
    { context, cause }: RequestCall,
  ): Promise<ResponseOf<typeof ReplaceObjectStore>> {
    requireAllowed('object_store.manage', context, 'owner');
    const endpoint = await this.stores.checkEndpoint(request.endpoint);
    const { name, signing_region, addressing_style, access_key, secret_key } = request;
    const shown = { name, endpoint, signing_region, addressing_style, access_key };
    return inTransaction(this.db, async (tx) => {
      const { id } = await this.#lock(tx, request, context);
      const sealed = this.box.seal(secret_key, id);
      const store = await this.rows.replace(tx, { id, ...shown, secret_key: sealed });
      const eventId = await this.outbox.add(tx, objectStoreReplaced(store, context.user_id), cause);
      return { object_store: toObjectStoreRecord(store), event_ids: [eventId] };
    });
  }

  /** @throws Refusal object_store.not_found, auth.forbidden */
  async delete(
    request: RequestOf<typeof DeleteObjectStore>,
    { context, cause }: RequestCall,
  ): Promise<ResponseOf<typeof DeleteObjectStore>> {
    requireAllowed('object_store.manage', context, 'owner');
    return inTransaction(this.db, async (tx) => {
      const store = await this.#lock(tx, request, context);
      await this.rows.delete(tx, store.id);
      const eventId = await this.outbox.add(tx, objectStoreDeleted(store, context.user_id), cause);
      return { event_ids: [eventId] };
    });
  }

  async #lock(
    tx: EntityManager,
    { object_store, region }: { readonly object_store: string; readonly region: string },
    { project_id }: RequestContext,
  ): Promise<TenantObjectStore> {
    await this.rows.lockProject(tx, project_id, region);
    const store = await this.rows.find(tx, { object_store, region, project_id });
    if (store === null) throw refusal('object_store.not_found', 'The project has no such object store.');
    return store;
  }
}
