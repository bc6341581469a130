import {
  GetServer,
  GetServerConsole,
  ListNetworks,
  ListServers,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { ShowConsole } from '../consoles/show-console.ts';
import { FindServers } from './find-servers.ts';
import { networksOf } from './network-names.ts';

/** What callers ask about servers. */
@Controller()
export class ServersController {
  constructor(
    private readonly findServers: FindServers,
    private readonly showConsole: ShowConsole,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  @OnRequest(ListServers)
  async list(
    @Payload() request: RequestOf<typeof ListServers>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListServers>> {
    return this.findServers.list(request, context);
  }

  /** The same in every region and for everybody. */
  @OnRequest(ListNetworks)
  networks(): Promise<ResponseOf<typeof ListNetworks>> {
    return Promise.resolve({ networks: [...networksOf(this.config.COMPUTE_NETWORKS)] });
  }

  @OnRequest(GetServer)
  async get(
    @Payload() request: RequestOf<typeof GetServer>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetServer>> {
    return this.findServers.get(request, context);
  }

  @OnRequest(GetServerConsole)
  async console(
    @Payload() request: RequestOf<typeof GetServerConsole>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof GetServerConsole>> {
    return this.showConsole.execute(request, context);
  }
}
