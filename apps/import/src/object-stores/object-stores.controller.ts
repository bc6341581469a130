import {
  CreateObjectStore as CreateObjectStoreContract,
  DeleteObjectStore,
  ListObjectStores,
  ReplaceObjectStore,
  type RequestOf,
  type ResponseOf,
  ShowObjectStore,
} from '@imago/contracts';
import { requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { ChangeObjectStores } from './change-object-stores.ts';
import { CreateObjectStore } from './create-object-store.ts';
import { toObjectStoreRecord } from './object-store.row.ts';
import { ObjectStoresRepository } from './object-stores.repository.ts';
import { TenantStores } from './tenant-stores.ts';

/** Object stores of the tenants' own. A project has its own, and nobody else, operators too, is told of them. */
@Controller()
export class ObjectStoresController {
  constructor(
    private readonly db: DataSource,
    private readonly rows: ObjectStoresRepository,
    private readonly stores: TenantStores,
    private readonly createObjectStore: CreateObjectStore,
    private readonly changeObjectStores: ChangeObjectStores,
  ) {}

  @OnRequest(CreateObjectStoreContract)
  async create(
    @Payload() request: RequestOf<typeof CreateObjectStoreContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof CreateObjectStoreContract>> {
    return this.createObjectStore.execute(request, call);
  }

  @OnRequest(ListObjectStores)
  async list(
    @Payload() request: RequestOf<typeof ListObjectStores>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListObjectStores>> {
    requireAllowed('object_store.get', context, 'owner');
    const found = await this.rows.page(this.db.manager, { ...request, project_id: context.project_id });
    const object_stores = found.slice(0, request.limit).map(toObjectStoreRecord);
    return { object_stores, next_marker: found.length > request.limit ? (object_stores.at(-1)?.name ?? null) : null };
  }

  @OnRequest(ShowObjectStore)
  async show(
    @Payload() { object_store, region }: RequestOf<typeof ShowObjectStore>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ShowObjectStore>> {
    requireAllowed('object_store.get', context, 'owner');
    return { object_store: toObjectStoreRecord(await this.stores.named(object_store, region, context.project_id)) };
  }

  @OnRequest(ReplaceObjectStore)
  async replace(
    @Payload() request: RequestOf<typeof ReplaceObjectStore>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReplaceObjectStore>> {
    return this.changeObjectStores.replace(request, call);
  }

  @OnRequest(DeleteObjectStore)
  async delete(
    @Payload() request: RequestOf<typeof DeleteObjectStore>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DeleteObjectStore>> {
    return this.changeObjectStores.delete(request, call);
  }
}
