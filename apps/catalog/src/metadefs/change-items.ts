import {
  type AddMetadefItems,
  type DeleteMetadefItems,
  type MetadefItem,
  type RequestOf,
  type ResponseOf,
  type UpdateMetadefItem,
} from '@imago/contracts';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { requireUnprotected } from './change-namespaces.ts';
import { MetadefNews } from './metadef-news.ts';
import { MetadefItemRow, type MetadefNamespaceRow, toItem } from './metadef.rows.ts';
import { exists, MetadefsRepository, notFound } from './metadefs.repository.ts';

/** Changes what is in namespaces, for operators. All of a request is done under the lock of the namespace, or nothing. */
@Injectable()
export class ChangeItems {
  constructor(
    private readonly db: DataSource,
    private readonly metadefs: MetadefsRepository,
    private readonly news: MetadefNews,
  ) {}

  /** @throws Refusal metadef.not_found, auth.forbidden, metadef.exists, metadef.too_large */
  add(
    { region, namespace, kind, items, replaces }: RequestOf<typeof AddMetadefItems>,
    { context, cause }: RequestCall,
  ): Promise<ResponseOf<typeof AddMetadefItems>> {
    return inTransaction(this.db, async (tx) => {
      const row = await this.metadefs.lock(tx, { region, namespace }, context);
      if (!(await this.#isDone(tx, row, items, context.request_id))) {
        if (replaces) await tx.delete(MetadefItemRow, { namespace_id: row.id, kind });
        await this.metadefs.insertItems(tx, row, items, context);
        await this.metadefs.requireFitting(tx, row);
        await this.news.changed(tx, row, {}, { change: 'contents', cause });
      }
      const names = new Set(items.map(({ name }) => name));
      const rows = await this.metadefs.items(tx, [row.id], kind);
      return { items: rows.filter(({ name }) => names.has(name)).map(toItem) };
    });
  }

  /** @throws Refusal metadef.not_found, auth.forbidden, metadef.exists, metadef.too_large */
  update(
    { region, namespace, name, item }: RequestOf<typeof UpdateMetadefItem>,
    { context, cause }: RequestCall,
  ): Promise<ResponseOf<typeof UpdateMetadefItem>> {
    const { kind, document } = item;
    return inTransaction(this.db, async (tx) => {
      const row = await this.metadefs.lock(tx, { region, namespace }, context);
      const renamed = await this.metadefs.findItem(tx, row.id, kind, item.name);
      if (renamed?.changed_by_request === context.request_id) return { item: toItem(renamed) };
      const found = await this.metadefs.findItem(tx, row.id, kind, name);
      if (found === null) throw notFound(kind, name);
      if (renamed !== null && renamed.id !== found.id) throw exists(kind, item.name);
      found.name = item.name;
      found.document = document;
      found.updated_at = new Date();
      found.changed_by_request = context.request_id;
      await tx.save(found);
      await this.metadefs.requireFitting(tx, row);
      await this.news.changed(tx, row, {}, { change: 'contents', cause });
      return { item: toItem(found) };
    });
  }

  /** @throws Refusal metadef.not_found, auth.forbidden, metadef.protected */
  delete(
    { region, namespace, kind, name }: RequestOf<typeof DeleteMetadefItems>,
    { context, cause }: RequestCall,
  ): Promise<Record<string, never>> {
    return inTransaction(this.db, async (tx) => {
      const row = await this.metadefs.lock(tx, { region, namespace }, context);
      requireUnprotected(row);
      const which = { namespace_id: row.id, kind, ...(name !== null && { name }) };
      const { affected } = await tx.delete(MetadefItemRow, which);
      if (name !== null && affected === 0) throw notFound(kind, name);
      if (affected !== 0) await this.news.changed(tx, row, {}, { change: 'contents', cause });
      return {};
    });
  }

  /** The broker may deliver a request twice. */
  async #isDone(
    tx: EntityManager,
    { id }: MetadefNamespaceRow,
    items: readonly MetadefItem[],
    requestId: string,
  ): Promise<boolean> {
    const [first] = items;
    if (first === undefined) return false;
    const known = await this.metadefs.findItem(tx, id, first.kind, first.name);
    return known?.changed_by_request === requestId;
  }
}
