import {
  AllocateObject as AllocateObjectContract,
  ReconcileObjects as ReconcileObjectsContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { AllocateObject } from './allocate-object.ts';
import { ReconcileObjects } from './reconcile-objects.ts';

/** What writers and operators ask about stored objects. */
@Controller()
export class ObjectsController {
  constructor(
    private readonly allocateObject: AllocateObject,
    private readonly reconcileObjects: ReconcileObjects,
  ) {}

  @OnRequest(AllocateObjectContract)
  async allocate(
    @Payload() request: RequestOf<typeof AllocateObjectContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof AllocateObjectContract>> {
    return this.allocateObject.execute(request, call.context, call.cause);
  }

  @OnRequest(ReconcileObjectsContract)
  async reconcile(
    @Payload() { region }: RequestOf<typeof ReconcileObjectsContract>,
    @Ctx() call: RequestCall,
  ): Promise<ResponseOf<typeof ReconcileObjectsContract>> {
    return this.reconcileObjects.execute(region, call.context);
  }
}
