import { type DataOf, MetadefNamespaceChangedV1 } from '@imago/contracts';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MetadefNamespaceRow, toNamespace } from './metadef.rows.ts';

/** Tells the project a namespace belongs to what happened to it. */
@Injectable()
export class MetadefNews {
  constructor(private readonly outbox: Outbox) {}

  /** A locked namespace was changed: its version grows, and that is told. Answers it as it is now. */
  async changed(
    tx: EntityManager,
    row: MetadefNamespaceRow,
    changes: Partial<MetadefNamespaceRow>,
    { change, cause }: { readonly change: 'updated' | 'contents'; readonly cause: Cause },
  ): Promise<MetadefNamespaceRow> {
    const updated = await tx
      .createQueryBuilder()
      .update(MetadefNamespaceRow)
      .set({ ...changes, version: row.version + 1, updated_at: () => 'clock_timestamp()' })
      .where({ id: row.id })
      .returning('*')
      .execute();
    const [changed] = updated.raw as MetadefNamespaceRow[]; // TypeORM types what RETURNING gave as anything
    if (changed === undefined) throw new Error(`namespace ${row.namespace} vanished under its lock`);
    await this.tell(tx, changed, change, cause);
    return changed;
  }

  async tell(
    tx: EntityManager,
    row: MetadefNamespaceRow,
    change: DataOf<typeof MetadefNamespaceChangedV1>['change'],
    cause: Cause,
  ): Promise<void> {
    const { id: subject, owner: project_id, region, version: sequence } = row;
    const data = { namespace: toNamespace(row), change };
    await this.outbox.add(tx, { event: MetadefNamespaceChangedV1, subject, data, project_id, region, sequence }, cause);
  }
}
