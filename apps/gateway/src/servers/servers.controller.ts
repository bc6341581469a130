import { CreateServers, DeleteServer, GetServer, ListServers, type ServerRecord } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { idempotencyKeyOf } from '../edge/idempotency-key.ts';
import { pageLinks } from '../edge/paging.ts';
import { idInPath } from '../edge/path-ids.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { AcceptedJobs } from '../jobs/accepted-jobs.ts';
import { type CreateServersBody, createServersBody, toCreateServers } from './server-bodies.ts';
import { type ServersQuery, serversQuery } from './server-queries.ts';

/** Servers made from images. Making and deleting them are jobs. */
@Controller('v1/servers')
export class ServersController {
  constructor(
    private readonly requests: RequestClient,
    private readonly accepted: AcceptedJobs,
  ) {}

  @Post()
  @HttpCode(202)
  async create(
    @Body({ schema: createServersBody }) body: CreateServersBody,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const where = { region: regionOf(request).name, idempotency_key: idempotencyKeyOf(request) };
    const order = await this.requests.send(CreateServers, toCreateServers(body, where), { context });
    return this.accepted.answer(order, { request, response, context });
  }

  @Get()
  async list(
    @Query({ schema: serversQuery }) query: ServersQuery,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const page = await this.requests.send(ListServers, { ...query, region }, { context });
    return { servers: page.servers, ...pageLinks('/v1/servers', request.query, page.next_marker) };
  }

  @Get(':server_id')
  async show(
    @Param('server_id') id: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<ServerRecord> {
    const wanted = { server_id: idInPath(id, 'server.not_found'), region };
    const { server } = await this.requests.send(GetServer, wanted, { context });
    return server;
  }

  @Delete(':server_id')
  @HttpCode(202)
  async delete(
    @Param('server_id') id: string,
    @Context() context: RequestContext,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const wanted = { server_id: idInPath(id, 'server.not_found'), region: regionOf(request).name };
    const order = await this.requests.send(DeleteServer, wanted, { context });
    return this.accepted.answer(order, { request, response, context });
  }
}
