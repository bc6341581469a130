import type {
  ListMetadefNamespaces,
  ListMetadefResourceTypes,
  RequestOf,
  ResponseOf,
  ShowMetadefNamespace,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { fitting } from '../images/fitting-page.ts';
import { toItem, toNamespace } from './metadef.rows.ts';
import { MetadefsRepository } from './metadefs.repository.ts';

/** An answer must stay under a mebibyte; a page that would not is shorter, and its marker leads on. */
const PAGE_BYTES = 900 * 1024;

/** What callers may know of definitions. */
@Injectable()
export class FindMetadefs {
  constructor(
    private readonly db: DataSource,
    private readonly metadefs: MetadefsRepository,
  ) {}

  /** @throws Refusal auth.forbidden, metadef.not_found */
  async list(
    request: RequestOf<typeof ListMetadefNamespaces>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListMetadefNamespaces>> {
    requireAllowed('metadef.get', context, 'owner');
    const tx = this.db.manager;
    const found = await this.metadefs.page(tx, request, context);
    const rows = found.slice(0, request.limit);
    const ids = rows.map(({ id }) => id);
    const associations = await this.metadefs.items(tx, ids, 'resource_type');
    const records = rows.map((row) => ({
      namespace: toNamespace(row),
      items: associations.filter(({ namespace_id }) => namespace_id === row.id).map(toItem),
    }));
    const namespaces = records.slice(0, fitting(records, PAGE_BYTES));
    const isComplete = namespaces.length === found.length;
    return { namespaces, next_marker: isComplete ? null : (namespaces.at(-1)?.namespace.namespace ?? null) };
  }

  /** @throws Refusal metadef.not_found, auth.forbidden */
  async show(
    where: RequestOf<typeof ShowMetadefNamespace>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ShowMetadefNamespace>> {
    const tx = this.db.manager;
    const row = await this.metadefs.require(tx, where, context);
    return { namespace: toNamespace(row), items: (await this.metadefs.items(tx, [row.id])).map(toItem) };
  }

  /** @throws Refusal auth.forbidden */
  async resourceTypes(
    { region }: RequestOf<typeof ListMetadefResourceTypes>,
    context: RequestContext,
  ): Promise<ResponseOf<typeof ListMetadefResourceTypes>> {
    requireAllowed('metadef.get', context, 'owner');
    const rows = await this.metadefs.resourceTypes(this.db.manager, region);
    return { resource_types: rows.map(({ name, created_at }) => ({ name, created_at: created_at.toISOString() })) };
  }
}
