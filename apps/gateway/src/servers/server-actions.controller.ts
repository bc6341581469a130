import { ChangeServerOs, OperateServer, type RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { idempotencyKeyOf } from '../edge/idempotency-key.ts';
import { noBody } from '../edge/json-bodies.ts';
import { idInPath } from '../edge/path-ids.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context } from '../edge/request-parameters.ts';
import { AcceptedJobs, type Asked } from '../jobs/accepted-jobs.ts';
import { type ChangeOsBody, changeOsBody, type PowerBody, powerBody } from './server-bodies.ts';

type Operation = Pick<RequestOf<typeof OperateServer>, 'action' | 'hard'>;

/** What is done with a server that is there. Each is a job. */
@Controller('v1/servers/:server_id')
export class ServerActionsController {
  constructor(
    private readonly requests: RequestClient,
    private readonly accepted: AcceptedJobs,
  ) {}

  @Post('start')
  @HttpCode(202)
  start(
    @Param('server_id') id: string,
    @Body({ schema: noBody }) _body: undefined,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return this.#operate(id, { action: 'start', hard: false }, { request, response, context });
  }

  @Post('stop')
  @HttpCode(202)
  stop(
    @Param('server_id') id: string,
    @Body({ schema: powerBody }) { hard }: PowerBody,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return this.#operate(id, { action: 'stop', hard }, { request, response, context });
  }

  @Post('reboot')
  @HttpCode(202)
  reboot(
    @Param('server_id') id: string,
    @Body({ schema: powerBody }) { hard }: PowerBody,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return this.#operate(id, { action: 'reboot', hard }, { request, response, context });
  }

  @Post('change-os')
  @HttpCode(202)
  async changeOs(
    @Param('server_id') id: string,
    @Body({ schema: changeOsBody }) body: ChangeOsBody,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const wanted = { ...serverIn(id, request), ...body };
    const order = await this.requests.send(ChangeServerOs, wanted, { context });
    return this.accepted.answer(order, { request, response, context });
  }

  async #operate(id: string, operation: Operation, asked: Asked): Promise<object> {
    const wanted = { ...serverIn(id, asked.request), ...operation };
    const order = await this.requests.send(OperateServer, wanted, { context: asked.context });
    return this.accepted.answer(order, asked);
  }
}

/** The server a path names, and under which key this is asked. */
function serverIn(id: string, request: Request): { server_id: string; region: string; idempotency_key: string | null } {
  return {
    server_id: idInPath(id, 'server.not_found'),
    region: regionOf(request).name,
    idempotency_key: idempotencyKeyOf(request),
  };
}
