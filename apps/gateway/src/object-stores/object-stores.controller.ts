import {
  CreateObjectStore,
  DeleteObjectStore,
  ListObjectStores,
  objectStoreName,
  refusal,
  ReplaceObjectStore,
  ShowObjectStore,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { idFor } from '../edge/idempotency-key.ts';
import { pageLinks } from '../edge/paging.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { type ObjectStoreBody, objectStoreBody, objectStoresQuery } from './object-store-bodies.ts';

/** Object stores of the projects' own, to import from (R13). The secret key goes in and never comes out. */
@Controller('v1/object-stores')
export class ObjectStoresController {
  constructor(private readonly requests: RequestClient) {}

  @Post()
  @HttpCode(201)
  async create(
    @Body({ schema: objectStoreBody }) body: ObjectStoreBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { name: region, prefix } = regionOf(request);
    requireAllowed('object_store.manage', context, 'owner');
    const order = { object_store_id: idFor(request, 'object_store'), region, ...body };
    const { object_store } = await this.requests.send(CreateObjectStore, order, { context });
    response.setHeader('Location', `${prefix}/v1/object-stores/${object_store.id}`);
    return object_store;
  }

  @Get()
  async list(
    @Query({ schema: objectStoresQuery }) { limit, marker }: z.output<typeof objectStoresQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const page = await this.requests.send(ListObjectStores, { region, limit, marker: marker ?? null }, { context });
    const { object_stores } = page;
    return { object_stores, ...pageLinks('/v1/object-stores', request.query, page.next_marker) };
  }

  @Get(':object_store')
  async show(
    @Param('object_store') name: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const wanted = { region, object_store: nameInPath(name) };
    return (await this.requests.send(ShowObjectStore, wanted, { context })).object_store;
  }

  @Put(':object_store')
  async replace(
    @Param('object_store') name: string,
    @Body({ schema: objectStoreBody }) body: ObjectStoreBody,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const order = { region, object_store: nameInPath(name), ...body };
    return (await this.requests.send(ReplaceObjectStore, order, { context })).object_store;
  }

  @Delete(':object_store')
  @HttpCode(204)
  async delete(
    @Param('object_store') name: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    await this.requests.send(DeleteObjectStore, { region, object_store: nameInPath(name) }, { context });
  }
}

/** A name or an id. What can be neither is the same as one that is not there. */
function nameInPath(name: string): string {
  if (objectStoreName.safeParse(name).success) return name;
  throw refusal('object_store.not_found', 'The project has no such object store.');
}
