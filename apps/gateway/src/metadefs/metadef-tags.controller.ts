import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Headers } from '@nestjs/common';
import { InNamespace } from './in-namespace.ts';
import { itemIn, tagsIn } from './metadef-bodies.ts';
import { tagDocument } from './metadef-documents.ts';
import { NamespaceItems, type Within } from './namespace-items.ts';

/** Words things can be found by. */
@Controller('v2/metadefs/namespaces/:namespace/tags')
export class MetadefTagsController {
  constructor(private readonly items: NamespaceItems) {}

  @Get()
  async list(@InNamespace() within: Within): Promise<object> {
    const items = await this.items.list(within, 'tag');
    return { tags: items.map(({ name }) => ({ name })), schema: '/v2/schemas/metadefs/tags' };
  }

  /** In place of those that are there, unless the sender says otherwise. */
  @Post()
  async createAll(
    @InNamespace() within: Within,
    @Body() body: unknown,
    @Headers('x-openstack-append') append: string | undefined,
  ): Promise<object> {
    const isAdded = append?.toLowerCase() === 'true';
    const items = await this.items.addTags(within, tagsIn(body), !isAdded);
    return { tags: items.map(({ name }) => ({ name })) };
  }

  @Delete()
  @HttpCode(204)
  deleteAll(@InNamespace() within: Within): Promise<void> {
    return this.items.delete(within, 'tag', null);
  }

  @Get(':tag_name')
  async show(@InNamespace() within: Within, @Param('tag_name') name: string): Promise<object> {
    return tagDocument(await this.items.show(within, 'tag', name));
  }

  @Post(':tag_name')
  async create(@InNamespace() within: Within, @Param('tag_name') name: string): Promise<object> {
    return tagDocument(await this.items.add(within, itemIn('tag', { name })));
  }

  @Put(':tag_name')
  async update(@InNamespace() within: Within, @Param('tag_name') name: string, @Body() body: unknown): Promise<object> {
    return tagDocument(await this.items.update(within, name, itemIn('tag', body)));
  }

  @Delete(':tag_name')
  @HttpCode(204)
  delete(@InNamespace() within: Within, @Param('tag_name') name: string): Promise<void> {
    return this.items.delete(within, 'tag', name);
  }
}
