import {
  AddMetadefItems,
  CreateMetadefNamespace,
  DeleteMetadefItems,
  DeleteMetadefNamespace,
  ListMetadefNamespaces,
  ListMetadefResourceTypes,
  type RequestOf,
  type ResponseOf,
  ShowMetadefNamespace,
  UpdateMetadefItem,
  UpdateMetadefNamespace,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ChangeItems } from './change-items.ts';
import { ChangeNamespaces } from './change-namespaces.ts';
import { FindMetadefs } from './find-metadefs.ts';

/** What other services ask about definitions. */
@Controller()
export class MetadefsController {
  constructor(
    private readonly find: FindMetadefs,
    private readonly namespaces: ChangeNamespaces,
    private readonly items: ChangeItems,
  ) {}

  @OnRequest(ListMetadefNamespaces)
  async list(
    @Payload() request: RequestOf<typeof ListMetadefNamespaces>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListMetadefNamespaces>> {
    return this.find.list(request, context);
  }

  @OnRequest(ShowMetadefNamespace)
  async show(
    @Payload() request: RequestOf<typeof ShowMetadefNamespace>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ShowMetadefNamespace>> {
    return this.find.show(request, context);
  }

  @OnRequest(ListMetadefResourceTypes)
  async resourceTypes(
    @Payload() request: RequestOf<typeof ListMetadefResourceTypes>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListMetadefResourceTypes>> {
    return this.find.resourceTypes(request, context);
  }

  @OnRequest(CreateMetadefNamespace)
  async create(
    @Payload() request: RequestOf<typeof CreateMetadefNamespace>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof CreateMetadefNamespace>> {
    return this.namespaces.create(request, call);
  }

  @OnRequest(UpdateMetadefNamespace)
  async update(
    @Payload() request: RequestOf<typeof UpdateMetadefNamespace>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof UpdateMetadefNamespace>> {
    return this.namespaces.update(request, call);
  }

  @OnRequest(DeleteMetadefNamespace)
  async delete(
    @Payload() request: RequestOf<typeof DeleteMetadefNamespace>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DeleteMetadefNamespace>> {
    return this.namespaces.delete(request, call);
  }

  @OnRequest(AddMetadefItems)
  async addItems(
    @Payload() request: RequestOf<typeof AddMetadefItems>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof AddMetadefItems>> {
    return this.items.add(request, call);
  }

  @OnRequest(UpdateMetadefItem)
  async updateItem(
    @Payload() request: RequestOf<typeof UpdateMetadefItem>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof UpdateMetadefItem>> {
    return this.items.update(request, call);
  }

  @OnRequest(DeleteMetadefItems)
  async deleteItems(
    @Payload() request: RequestOf<typeof DeleteMetadefItems>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof DeleteMetadefItems>> {
    return this.items.delete(request, call);
  }
}
