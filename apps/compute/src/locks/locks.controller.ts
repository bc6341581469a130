import {
  CompareLocks as CompareLocksContract,
  LockServerDisk as LockServerDiskContract,
  RenewServerLocks,
  type RequestOf,
  type ResponseOf,
  UnlockServer,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { requireService } from '../servers/server-access.ts';
import { CompareLocks } from './compare-locks.ts';
import { LockServerDisk } from './lock-server-disk.ts';
import { ServerLocks } from './server-locks.ts';

/** What captures ask for. */
@Controller()
export class LocksController {
  constructor(
    private readonly lockServerDisk: LockServerDisk,
    private readonly locks: ServerLocks,
    private readonly compareLocks: CompareLocks,
  ) {}

  @OnRequest(LockServerDiskContract)
  async lock(
    @Payload() request: RequestOf<typeof LockServerDiskContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof LockServerDiskContract>> {
    return this.lockServerDisk.execute(request, context);
  }

  @OnRequest(RenewServerLocks)
  async renew(
    @Payload() request: RequestOf<typeof RenewServerLocks>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RenewServerLocks>> {
    return this.locks.renew(request, context);
  }

  @OnRequest(UnlockServer)
  async unlock(
    @Payload() request: RequestOf<typeof UnlockServer>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof UnlockServer>> {
    return this.locks.unlock(request, context);
  }

  @OnRequest(CompareLocksContract)
  async compare(
    @Payload() request: RequestOf<typeof CompareLocksContract>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof CompareLocksContract>> {
    requireService(context);
    return { differences: await this.compareLocks.execute(request) };
  }
}
