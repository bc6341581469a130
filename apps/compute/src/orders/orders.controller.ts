import {
  CancelServerJob as CancelServerJobContract,
  ChangeServerOs as ChangeServerOsContract,
  CreateServers as CreateServersContract,
  DeleteServer as DeleteServerContract,
  OperateServer as OperateServerContract,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CancelServerJob } from './cancel-server-job.ts';
import { ChangeServerOs } from './change-server-os.ts';
import { CreateServers } from './create-servers.ts';
import { OperateServer } from './operate-server.ts';
import { single } from './order-answer.ts';

/** What callers order. */
@Controller()
export class OrdersController {
  constructor(
    private readonly createServers: CreateServers,
    private readonly operateServer: OperateServer,
    private readonly changeServerOs: ChangeServerOs,
    private readonly cancelServerJob: CancelServerJob,
  ) {}

  @OnRequest(CreateServersContract)
  async create(
    @Payload() request: RequestOf<typeof CreateServersContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CreateServersContract>> {
    return this.createServers.execute(request, context);
  }

  @OnRequest(OperateServerContract)
  async operate(
    @Payload() request: RequestOf<typeof OperateServerContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof OperateServerContract>> {
    return single(await this.operateServer.operate(request, context));
  }

  @OnRequest(ChangeServerOsContract)
  async changeOs(
    @Payload() request: RequestOf<typeof ChangeServerOsContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ChangeServerOsContract>> {
    return single(await this.changeServerOs.execute(request, context));
  }

  @OnRequest(DeleteServerContract)
  async delete(
    @Payload() request: RequestOf<typeof DeleteServerContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof DeleteServerContract>> {
    return single(await this.operateServer.delete(request, context));
  }

  @OnRequest(CancelServerJobContract)
  async cancel(
    @Payload() request: RequestOf<typeof CancelServerJobContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CancelServerJobContract>> {
    return this.cancelServerJob.execute(request.job_id, context);
  }
}
