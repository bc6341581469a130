import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { refusal } from '@imago/contracts';
import { z } from 'zod';
import { InNamespace } from './in-namespace.ts';
import { itemIn } from './metadef-bodies.ts';
import { of, prefixed, propertyDocument, propertyDocuments } from './metadef-documents.ts';
import { NamespaceItems, type Within } from './namespace-items.ts';

const propertyQuery = z.strictObject({ resource_type: z.string().max(255).optional() });

/** Properties of a namespace itself. */
@Controller('v2/metadefs/namespaces/:namespace/properties')
export class MetadefPropertiesController {
  constructor(private readonly items: NamespaceItems) {}

  @Get()
  async list(@InNamespace() within: Within): Promise<object> {
    return { properties: propertyDocuments(await this.items.list(within, 'property')) };
  }

  @Post()
  async create(@InNamespace() within: Within, @Body() body: unknown): Promise<object> {
    return propertyDocument(await this.items.add(within, itemIn('property', body)));
  }

  @Delete()
  @HttpCode(204)
  deleteAll(@InNamespace() within: Within): Promise<void> {
    return this.items.delete(within, 'property', null);
  }

  /** By the name it has on a resource of the type, when one is named. */
  @Get(':property_name')
  async show(
    @InNamespace() within: Within,
    @Param('property_name') name: string,
    @Query({ schema: propertyQuery }) { resource_type }: z.output<typeof propertyQuery>,
  ): Promise<object> {
    const items = prefixed(await this.items.all(within), resource_type);
    const found = of(items, 'property').find((item) => item.name === name);
    if (found === undefined) throw refusal('metadef.not_found', `There is no property '${name}'.`);
    return propertyDocument(found);
  }

  @Put(':property_name')
  async update(
    @InNamespace() within: Within,
    @Param('property_name') name: string,
    @Body() body: unknown,
  ): Promise<object> {
    return propertyDocument(await this.items.update(within, name, itemIn('property', body)));
  }

  @Delete(':property_name')
  @HttpCode(204)
  delete(@InNamespace() within: Within, @Param('property_name') name: string): Promise<void> {
    return this.items.delete(within, 'property', name);
  }
}
