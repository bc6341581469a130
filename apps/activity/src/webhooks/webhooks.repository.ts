import { refusal } from '@imago/contracts';
import { lockName } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Webhook, WebhookRow } from './webhook.row.ts';

export interface WebhookPageQuery {
  readonly region: string;
  readonly project_id: string;
  readonly limit: number;
  readonly marker: string | null;
}

/** The rows of webhooks. A deleted one is not there any more. */
@Injectable()
export class WebhooksRepository {
  async find(db: EntityManager, id: string, region: string): Promise<Webhook | null> {
    const row = await db.findOne(WebhookRow, { where: { id, region } });
    return row === null || row.state === 'deleted' ? null : row;
  }

  /** Also finds a deleted one: its id is not used again. */
  findAny(db: EntityManager, id: string): Promise<Webhook | null> {
    return db.findOne(WebhookRow, { where: { id } });
  }

  /** The row, which stays as it is until the end of the transaction. */
  async lock(tx: EntityManager, id: string, region: string): Promise<Webhook | null> {
    const row = await tx.findOne(WebhookRow, { where: { id, region }, lock: { mode: 'pessimistic_write' } });
    return row === null || row.state === 'deleted' ? null : row;
  }

  /** Keeps two who add to a project's webhooks apart until the end of the transaction. */
  async lockProject(tx: EntityManager, projectId: string, region: string): Promise<void> {
    await lockName(tx, JSON.stringify(['imago.activity.webhooks', region, projectId]));
  }

  async count(db: EntityManager, projectId: string, region: string): Promise<number> {
    const rows: { webhooks: number }[] = await db.query(
      `SELECT count(*)::int AS webhooks FROM activity.webhooks
       WHERE region = $1 AND project_id = $2 AND state <> 'deleted'`,
      [region, projectId],
    );
    return rows[0]?.webhooks ?? 0;
  }

  /** One more than the page has when there are more; newest first. Null when the marker is none of them. */
  async page(db: EntityManager, query: WebhookPageQuery): Promise<readonly Webhook[] | null> {
    const { region, project_id, limit, marker } = query;
    if (marker !== null) {
      const before = await this.find(db, marker, region);
      if (before?.project_id !== project_id) return null;
    }
    return db.query(
      `SELECT * FROM activity.webhooks WHERE region = $1 AND project_id = $2 AND state <> 'deleted'
         AND ($3::uuid IS NULL OR (created_at, id) < (SELECT created_at, id FROM activity.webhooks WHERE id = $3))
       ORDER BY created_at DESC, id DESC LIMIT $4`,
      [region, project_id, marker, limit + 1],
    );
  }

  /** Disables a locked one, and says why. */
  async disable(tx: EntityManager, id: string, reason: { code: string; message: string }): Promise<Webhook> {
    return this.change(tx, id, { state: 'disabled', reason_code: reason.code, reason_message: reason.message });
  }

  /** Changes a locked one. */
  async change(tx: EntityManager, id: string, change: Partial<Webhook>): Promise<Webhook> {
    const stamp = { updated_at: () => 'clock_timestamp()', version: () => 'version + 1' };
    await tx.update(WebhookRow, { id }, { ...change, ...stamp });
    const row = await this.findAny(tx, id);
    if (row === null) throw refusal('webhook.not_found', 'There is no such webhook.');
    return row;
  }
}
