import {
  CreateObjectStore,
  DeleteObjectStore,
  ListObjectStores,
  type ObjectStoreRecord,
  objectStoreRecord,
  refusal,
  ReplaceObjectStore,
  type RequestOf,
  type ResponseOf,
  ShowObjectStore,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { World } from './neighbours.ts';

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */
@Controller()
export class ObjectStoresNeighbour {
  constructor(private readonly world: World) {}

  @OnRequest(CreateObjectStore)
  async create(
    @Payload() request: RequestOf<typeof CreateObjectStore>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CreateObjectStore>> {
    this.world.objectStoreOrders.push(request);
    const object_store = anObjectStore(request, context.project_id);
    this.world.objectStores.set(object_store.name, object_store);
    return { object_store, event_ids: [] };
  }

  @OnRequest(ListObjectStores)
  async list(
    @Payload() { limit, marker }: RequestOf<typeof ListObjectStores>,
  ): Promise<ResponseOf<typeof ListObjectStores>> {
    const all = [...this.world.objectStores.values()].filter(({ name }) => marker === null || name > marker);
    const object_stores = all.slice(0, limit);
    return { object_stores, next_marker: all.length > limit ? (object_stores.at(-1)?.name ?? null) : null };
  }

  @OnRequest(ShowObjectStore)
  async show(
    @Payload() { object_store }: RequestOf<typeof ShowObjectStore>,
  ): Promise<ResponseOf<typeof ShowObjectStore>> {
    return { object_store: this.find(object_store) };
  }

  @OnRequest(ReplaceObjectStore)
  async replace(
    @Payload() request: RequestOf<typeof ReplaceObjectStore>,
  ): Promise<ResponseOf<typeof ReplaceObjectStore>> {
    const { id, name, project_id } = this.find(request.object_store);
    const object_store = anObjectStore({ ...request, object_store_id: id }, project_id);
    this.world.objectStores.delete(name);
    this.world.objectStores.set(object_store.name, object_store);
    return { object_store, event_ids: [] };
  }

  @OnRequest(DeleteObjectStore)
  async delete(
    @Payload() { object_store }: RequestOf<typeof DeleteObjectStore>,
  ): Promise<ResponseOf<typeof DeleteObjectStore>> {
    this.world.objectStores.delete(this.find(object_store).name);
    return { event_ids: [] };
  }

  private find(name: string): ObjectStoreRecord {
    const found = this.world.objectStores.get(name);
    if (found === undefined) throw refusal('object_store.not_found', 'There is none.');
    return found;
  }
}

function anObjectStore(
  { object_store_id: id, ...settings }: RequestOf<typeof CreateObjectStore>,
  project_id: string,
): ObjectStoreRecord {
  const now = new Date().toISOString();
  // Without the secret: the record has no such field.
  const record = { ...settings, id, project_id, created_by: 'u', created_at: now, updated_at: now, version: 1 };
  return objectStoreRecord.parse(record);
}
