import {
  type CreateMetadefNamespace,
  type DeleteMetadefNamespace,
  refusal,
  type RequestOf,
  type ResponseOf,
  type UpdateMetadefNamespace,
} from '@imago/contracts';
import { requireAllowed } from '@imago/identity';
import { inTransaction, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { MetadefNews } from './metadef-news.ts';
import { MetadefNamespaceRow, toItem, toNamespace } from './metadef.rows.ts';
import { exists, MetadefsRepository, type NamespaceName } from './metadefs.repository.ts';

/** Makes, changes and deletes namespaces, for operators. */
@Injectable()
export class ChangeNamespaces {
  constructor(
    private readonly db: DataSource,
    private readonly metadefs: MetadefsRepository,
    private readonly news: MetadefNews,
  ) {}

  /** @throws Refusal auth.forbidden, metadef.exists, metadef.too_large; then there is no such namespace. */
  create(
    { region, facts, items }: RequestOf<typeof CreateMetadefNamespace>,
    { context, cause }: RequestCall,
  ): Promise<ResponseOf<typeof CreateMetadefNamespace>> {
    requireAllowed('metadef.manage', context, 'operator');
    return inTransaction(this.db, async (tx) => {
      const { request_id, project_id } = context;
      const added = await tx
        .createQueryBuilder()
        .insert()
        .into(MetadefNamespaceRow)
        .values({
          ...{ ...facts, id: uuidv7(), region, owner: facts.owner ?? project_id },
          ...{ changed_by_request: request_id, version: 1 },
        })
        .orIgnore()
        .returning('id')
        .execute();
      const row = await this.#find(tx, { region, namespace: facts.namespace });
      if ((added.raw as unknown[]).length === 0 && row.changed_by_request !== request_id)
        throw exists('namespace', facts.namespace);
      if ((added.raw as unknown[]).length > 0) {
        await this.metadefs.insertItems(tx, row, items, context);
        await this.metadefs.requireFitting(tx, row);
        await this.news.tell(tx, row, 'created', cause);
      }
      return { namespace: toNamespace(row), items: (await this.metadefs.items(tx, [row.id])).map(toItem) };
    });
  }

  /** @throws Refusal metadef.not_found, auth.forbidden, metadef.exists; then nothing has changed. */
  update(
    { region, namespace, facts }: RequestOf<typeof UpdateMetadefNamespace>,
    { context, cause }: RequestCall,
  ): Promise<ResponseOf<typeof UpdateMetadefNamespace>> {
    return inTransaction(this.db, async (tx) => {
      const renamed = await tx.findOne(MetadefNamespaceRow, { where: { region, namespace: facts.namespace } });
      if (renamed?.changed_by_request === context.request_id) return { namespace: toNamespace(renamed) };
      const row = await this.metadefs.lock(tx, { region, namespace }, context);
      if (renamed !== null && renamed.id !== row.id) throw exists('namespace', facts.namespace);
      const changes = { ...facts, owner: facts.owner ?? context.project_id, changed_by_request: context.request_id };
      const changed = await this.news.changed(tx, row, changes, { change: 'updated', cause });
      return { namespace: toNamespace(changed) };
    });
  }

  /** @throws Refusal metadef.not_found, auth.forbidden, metadef.protected; then nothing has changed. */
  delete(
    where: RequestOf<typeof DeleteMetadefNamespace>,
    { context, cause }: RequestCall,
  ): Promise<Record<string, never>> {
    return inTransaction(this.db, async (tx) => {
      const row = await this.metadefs.lock(tx, where, context);
      requireUnprotected(row);
      await tx.delete(MetadefNamespaceRow, { id: row.id });
      row.version += 1;
      await this.news.tell(tx, row, 'deleted', cause);
      return {};
    });
  }

  #find(tx: EntityManager, { region, namespace }: NamespaceName): Promise<MetadefNamespaceRow> {
    return tx.findOneOrFail(MetadefNamespaceRow, { where: { region, namespace } });
  }
}

/** @throws Refusal metadef.protected */
export function requireUnprotected(row: MetadefNamespaceRow): void {
  if (row.protected) throw refusal('metadef.protected', `Namespace ${row.namespace} is protected.`);
}
