import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { InNamespace } from './in-namespace.ts';
import { itemIn } from './metadef-bodies.ts';
import { objectDocument } from './metadef-documents.ts';
import { NamespaceItems, type Within } from './namespace-items.ts';

/** Properties that belong together. */
@Controller('v2/metadefs/namespaces/:namespace/objects')
export class MetadefObjectsController {
  constructor(private readonly items: NamespaceItems) {}

  @Get()
  async list(@InNamespace() within: Within): Promise<object> {
    const items = await this.items.list(within, 'object');
    const objects = items.map((item) => objectDocument(within.namespace, item));
    return { objects, schema: '/v2/schemas/metadefs/objects' };
  }

  @Post()
  async create(@InNamespace() within: Within, @Body() body: unknown): Promise<object> {
    return objectDocument(within.namespace, await this.items.add(within, itemIn('object', body)));
  }

  @Delete()
  @HttpCode(204)
  deleteAll(@InNamespace() within: Within): Promise<void> {
    return this.items.delete(within, 'object', null);
  }

  @Get(':object_name')
  async show(@InNamespace() within: Within, @Param('object_name') name: string): Promise<object> {
    return objectDocument(within.namespace, await this.items.show(within, 'object', name));
  }

  @Put(':object_name')
  async update(
    @InNamespace() within: Within,
    @Param('object_name') name: string,
    @Body() body: unknown,
  ): Promise<object> {
    return objectDocument(within.namespace, await this.items.update(within, name, itemIn('object', body)));
  }

  @Delete(':object_name')
  @HttpCode(204)
  delete(@InNamespace() within: Within, @Param('object_name') name: string): Promise<void> {
    return this.items.delete(within, 'object', name);
  }
}
