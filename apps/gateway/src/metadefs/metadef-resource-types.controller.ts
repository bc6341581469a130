import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { InNamespace } from './in-namespace.ts';
import { itemIn } from './metadef-bodies.ts';
import { associationDocument } from './metadef-documents.ts';
import { NamespaceItems, type Within } from './namespace-items.ts';

/** What a namespace is for. */
@Controller('v2/metadefs/namespaces/:namespace/resource_types')
export class MetadefResourceTypesController {
  constructor(private readonly items: NamespaceItems) {}

  @Get()
  async list(@InNamespace() within: Within): Promise<object> {
    const items = await this.items.list(within, 'resource_type');
    return { resource_type_associations: items.map(associationDocument) };
  }

  @Post()
  async create(@InNamespace() within: Within, @Body() body: unknown): Promise<object> {
    return associationDocument(await this.items.add(within, itemIn('resource_type', body)));
  }

  @Delete(':resource_type')
  @HttpCode(204)
  delete(@InNamespace() within: Within, @Param('resource_type') name: string): Promise<void> {
    return this.items.delete(within, 'resource_type', name);
  }
}
