import {
  type DamagedServer,
  GetScrubs,
  ListServersOnObjects,
  type ObjectDamage,
  type ScrubStatus,
  StartScrub,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { noBody } from '../edge/json-bodies.ts';
import { Context, Region } from '../edge/request-parameters.ts';

interface Scrubs {
  readonly scrub: ScrubStatus | null;
  readonly damages: readonly (ObjectDamage & { readonly servers: readonly DamagedServer[] })[];
  readonly damages_total: number;
}

/** How the stored objects of a region are read again, which of them are damaged, and what is made upon those. */
@Controller('v1/operator/scrubs')
export class ScrubsController {
  constructor(private readonly requests: RequestClient) {}

  @Get()
  async show(@Region() region: string, @Context() context: RequestContext): Promise<Scrubs> {
    requireAllowed('scrub.get', context, 'operator');
    const { damages, ...rest } = await this.requests.send(GetScrubs, { region }, { context });
    const object_ids = damages.map(({ object_id }) => object_id);
    const { servers } =
      object_ids.length === 0
        ? { servers: [] }
        : await this.requests.send(ListServersOnObjects, { region, object_ids }, { context });
    return {
      ...rest,
      damages: damages.map((damage) => ({
        ...damage,
        servers: servers
          .filter(({ object_id }) => object_id === damage.object_id)
          .map(({ server_id, name, project_id, disk_id }) => ({ server_id, name, project_id, disk_id })),
      })),
    };
  }

  /** A round takes as long as its pace wants: its figures say how far it is. */
  @Post()
  @HttpCode(202)
  async start(
    @Body({ schema: noBody }) _body: undefined,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<{ readonly started: boolean }> {
    requireAllowed('scrub.start', context, 'operator');
    return this.requests.send(StartScrub, { region }, { context });
  }
}
