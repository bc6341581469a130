import {
  CreateMetadefNamespace,
  DeleteMetadefNamespace,
  ListMetadefNamespaces,
  ListMetadefResourceTypes,
  metadefVisibility,
  ShowMetadefNamespace,
  UpdateMetadefNamespace,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { pageLimit, pageLinks } from '../edge/paging.ts';
import { regionOf } from '../edge/region-prefix.ts';
import { Context, Region } from '../edge/request-parameters.ts';
import { glanceTime } from '../images/glance-time.ts';
import { namespaceFactsIn, namespaceIn } from './metadef-bodies.ts';
import { namespaceDocument, namespacePath, prefixed } from './metadef-documents.ts';

const PATH = '/v2/metadefs/namespaces';

const namespacesQuery = z.strictObject({
  limit: pageLimit,
  marker: z.string().max(255).optional(),
  sort_key: z.enum(['created_at', 'updated_at', 'namespace']).default('created_at'),
  sort_dir: z.enum(['asc', 'desc']).default('desc'),
  visibility: metadefVisibility.optional(),
  resource_types: z.string().max(4096).optional(),
});
const namespaceQuery = z.strictObject({ resource_type: z.string().max(255).optional() });

/** Namespaces of definitions: which properties things can have, for consoles that offer them. */
@Controller('v2/metadefs')
export class NamespacesController {
  constructor(private readonly requests: RequestClient) {}

  @Get('namespaces')
  async list(
    @Query({ schema: namespacesQuery }) query: z.output<typeof namespacesQuery>,
    @Req() request: Request,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const { limit, sort_key, sort_dir, marker = null, visibility = null, resource_types } = query;
    const types = resource_types === undefined ? [] : resource_types.split(',').filter((name) => name !== '');
    const wanted = { region, limit, sort_key, sort_dir, marker, visibility, resource_types: types };
    const page = await this.requests.send(ListMetadefNamespaces, wanted, { context });
    return {
      namespaces: page.namespaces.map(({ namespace, items }) => namespaceDocument(namespace, items)),
      ...pageLinks(PATH, request.query, page.next_marker),
      schema: '/v2/schemas/metadefs/namespaces',
    };
  }

  @Post('namespaces')
  async create(
    @Body() body: unknown,
    @Req() request: Request,
    @Context() context: RequestContext,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const region = regionOf(request);
    const { facts, items } = namespaceIn(body);
    const wanted = { region: region.name, facts, items };
    const made = await this.requests.send(CreateMetadefNamespace, wanted, { context });
    response.setHeader('Location', region.prefix + namespacePath(encodeURIComponent(facts.namespace)));
    return namespaceDocument(made.namespace, made.items);
  }

  @Get('namespaces/:namespace')
  async show(
    @Param('namespace') namespace: string,
    @Query({ schema: namespaceQuery }) { resource_type }: z.output<typeof namespaceQuery>,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const found = await this.requests.send(ShowMetadefNamespace, { region, namespace }, { context });
    return namespaceDocument(found.namespace, prefixed(found.items, resource_type));
  }

  @Put('namespaces/:namespace')
  async update(
    @Param('namespace') namespace: string,
    @Body() body: unknown,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<object> {
    const facts = namespaceFactsIn(body); // what is in it stays, as in Glance, whatever of it is sent back
    const changed = await this.requests.send(UpdateMetadefNamespace, { region, namespace, facts }, { context });
    return namespaceDocument(changed.namespace, []);
  }

  @Delete('namespaces/:namespace')
  @HttpCode(204)
  async delete(
    @Param('namespace') namespace: string,
    @Region() region: string,
    @Context() context: RequestContext,
  ): Promise<void> {
    await this.requests.send(DeleteMetadefNamespace, { region, namespace }, { context });
  }

  @Get('resource_types')
  async resourceTypes(@Region() region: string, @Context() context: RequestContext): Promise<object> {
    const { resource_types } = await this.requests.send(ListMetadefResourceTypes, { region }, { context });
    return {
      resource_types: resource_types.map(({ name, created_at }) => {
        const time = glanceTime(created_at);
        return { name, created_at: time, updated_at: time };
      }),
    };
  }
}
