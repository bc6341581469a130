import { ListNetworks, type ResponseOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get } from '@nestjs/common';
import { Context, Region } from '../edge/request-parameters.ts';

/** The networks a server may be in. */
@Controller('v1/networks')
export class NetworksController {
  constructor(private readonly requests: RequestClient) {}

  @Get()
  list(@Region() region: string, @Context() context: RequestContext): Promise<ResponseOf<typeof ListNetworks>> {
    return this.requests.send(ListNetworks, { region }, { context });
  }
}
