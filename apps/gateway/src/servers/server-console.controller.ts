import { GetServerConsole } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { idInPath } from '../edge/path-ids.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { type ConsoleQuery, consoleQuery } from './server-queries.ts';

/** What a server's guest wrote to its serial console: its words, not ours, and nothing a browser may take for a page. */
@Controller('v1/servers/:server_id/console')
export class ServerConsoleController {
  constructor(private readonly requests: RequestClient) {}

  /** JSON, in which control characters are escaped, or the bare text for who prefers that. */
  @Get()
  async show(
    @Param('server_id') id: string,
    @Query({ schema: consoleQuery }) { length }: ConsoleQuery,
    @Region() region: string,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object | string> {
    const wanted = { server_id: idInPath(id, 'server.not_found'), region, length };
    const { output } = await this.requests.send(GetServerConsole, wanted, { context });
    response.vary('Accept');
    if (request.accepts(['application/json', 'text/plain']) !== 'text/plain') return { output };
    response.type('text/plain');
    return output;
  }
}
