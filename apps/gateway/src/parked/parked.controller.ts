import { refusal, type Service, SERVICES } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import type { ParkedMessage } from '@imago/messaging';
import { Controller, Delete, Get, HttpCode, Logger, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Context } from '../edge/request-parameters.ts';
import { ParkedMessages } from './parked-messages.ts';

const service = z.enum(SERVICES);

const parkedQuery = z.strictObject({ service: service.optional() });

/** A parked message, and the service it was for. */
interface ShownMessage extends ParkedMessage {
  readonly service: Service;
}

/** Messages that no consumer could work off: they wait for an operator, and nothing waits for them. */
@Controller('v1/operator/parked')
export class ParkedController {
  readonly #logger = new Logger(ParkedController.name);

  constructor(private readonly parked: ParkedMessages) {}

  /** Of one service or of all, oldest first; at most 100 of each. */
  @Get()
  async list(
    @Query({ schema: parkedQuery }) { service: asked }: z.output<typeof parkedQuery>,
    @Context() context: RequestContext,
  ): Promise<{ readonly messages: readonly ShownMessage[] }> {
    requireAllowed('parked.list', context, 'operator');
    const messages: ShownMessage[] = [];
    for (const each of asked === undefined ? SERVICES : [asked]) {
      const found = await this.parked.list(each);
      messages.push(...found.map((message) => ({ service: each, ...message })));
    }
    return { messages };
  }

  /** Back to the queue it failed on, and to no other. What had been applied before does nothing. */
  @Post(':service/:message_id/replay')
  @HttpCode(204)
  async replay(
    @Param('service') name: string,
    @Param('message_id') id: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    requireAllowed('parked.replay', context, 'operator');
    await this.#move('replay', { name, id, context });
  }

  /** Gives it up for good. */
  @Delete(':service/:message_id')
  @HttpCode(204)
  async drop(
    @Param('service') name: string,
    @Param('message_id') id: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    requireAllowed('parked.drop', context, 'operator');
    await this.#move('drop', { name, id, context });
  }

  async #move(
    what: 'replay' | 'drop',
    { name, id, context }: { readonly name: string; readonly id: string; readonly context: RequestContext },
  ): Promise<void> {
    const { data: known } = service.safeParse(name);
    const found = known !== undefined && (await this.parked[what](known, id));
    if (!found) throw refusal('parked.not_found', 'There is no such parked message.');
    const about = { service: name, message_id: id, actor: context.user_id, correlation_id: context.correlation_id };
    this.#logger.warn({
      ...about,
      msg: what === 'replay' ? 'a parked message was replayed' : 'a parked message was dropped',
    });
  }
}
