import { eventShownTo, requireAllowed, type RequestContext } from '@imago/identity';
import { EventStream } from '@imago/messaging';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { callerOf } from '../edge/authenticate.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { OpenStreams } from './open-streams.ts';
import { EventSender } from './send-events.ts';
import { isWanted, startOf, type StreamQuery, streamQuery } from './stream-query.ts';

/** What happens, as it happens, and what somebody missed (R27). */
@Controller('v1/events')
export class EventStreamController {
  constructor(
    private readonly stream: EventStream,
    private readonly open: OpenStreams,
  ) {}

  /** Goes on until the client leaves, its token expires or the gateway stops. */
  @Get()
  async follow(
    @Query({ schema: streamQuery }) query: StreamQuery,
    @Req() request: Request,
    @Res() response: Response,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    requireAllowed('event.follow', context, 'owner');
    const start = startOf(query, request);
    const { signal: stopped, end } = this.open.begin(context.project_id);
    const left = new AbortController();
    response.on('close', () => {
      left.abort();
    });
    const expired = AbortSignal.timeout(millisecondsLeft(callerOf(request).token.expires_at));
    const sender = new EventSender(response, this.open.slowMs);
    const over = AbortSignal.any([left.signal, expired, stopped]);
    const attached = (): void => {
      sender.begin();
    };
    try {
      for await (const { offset, event } of this.stream.read(start, over, attached)) {
        if (!isWanted(event, query, { region, context })) continue;
        await sender.send({ id: offset, type: event.type, data: eventShownTo(event, context) });
      }
    } finally {
      end();
      if (expired.aborted) sender.end('auth.invalid_token', 'The token has expired: get another and go on from here.');
      else sender.end('service.unavailable', 'The gateway stops: come back and go on from here.');
    }
  }
}

/** Timers take 2^31 milliseconds at most; tokens live shorter. */
function millisecondsLeft(expiresAt: Date): number {
  return Math.min(2 ** 31 - 1, Math.max(0, expiresAt.getTime() - Date.now()));
}
