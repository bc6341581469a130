import { GetServer, GetServerConsole, ListServers, type RequestOf, type ResponseOf } from '@imago/contracts';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { ShowConsole } from '../consoles/show-console.ts';
import { FindServers } from './find-servers.ts';

/** What callers ask about servers. */
@Controller()
export class ServersController {
  constructor(
    private readonly findServers: FindServers,
    private readonly showConsole: ShowConsole,
  ) {}

  @OnRequest(ListServers)
  async list(
    @Payload() request: RequestOf<typeof ListServers>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof ListServers>> {
    return this.findServers.list(request, context);
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
