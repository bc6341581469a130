import { createHash } from 'node:crypto';
import {
  type CreateWebhook as CreateWebhookContract,
  refusal,
  type RequestOf,
  type ResponseOf,
} from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { inTransaction, Outbox, type RequestCall } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ACTIVITY_CONFIG } from '../config-token.ts';
import type { ActivityConfig } from '../config.ts';
import { Receivers } from './receivers.ts';
import { newWebhookSecret } from './sign-message.ts';
import { webhookCreated } from './webhook-events.ts';
import { WebhookSecrets } from './webhook-secrets.ts';
import { toWebhookRecord, type Webhook, WebhookRow } from './webhook.row.ts';
import { WebhooksRepository } from './webhooks.repository.ts';

type Request = RequestOf<typeof CreateWebhookContract>;
type Answer = ResponseOf<typeof CreateWebhookContract>;

/** Lets a project be told of events (R27). */
@Injectable()
export class CreateWebhook {
  constructor(
    private readonly db: DataSource,
    private readonly webhooks: WebhooksRepository,
    private readonly receivers: Receivers,
    private readonly secrets: WebhookSecrets,
    private readonly outbox: Outbox,
    @Inject(ACTIVITY_CONFIG) private readonly config: Pick<ActivityConfig, 'ACTIVITY_WEBHOOKS_PER_PROJECT'>,
  ) {}

  /** @throws Refusal as the contract of `activity.createWebhook` names them; then there is no webhook. */
  async execute(request: Request, { context, cause }: RequestCall): Promise<Answer> {
    requireAllowed('webhook.manage', context, 'owner');
    const madeBefore = await this.webhooks.findAny(this.db.manager, request.webhook_id);
    if (madeBefore !== null) return this.#again(madeBefore, request, context);
    const url = await this.receivers.check(request.url);
    return inTransaction(this.db, async (tx) => {
      await this.webhooks.lockProject(tx, context.project_id, request.region);
      const known = await this.webhooks.findAny(tx, request.webhook_id);
      if (known !== null) return this.#again(known, request, context);
      await this.#requireRoom(tx, request.region, context.project_id);
      const secret = request.secret ?? newWebhookSecret();
      const webhook = await this.#insert(tx, request, { context, url, secret });
      await this.outbox.add(tx, webhookCreated(webhook), cause);
      return { webhook: toWebhookRecord(webhook), secret };
    });
  }

  /** @throws Refusal request.idempotency_conflict */
  #again(known: Webhook, request: Request, { project_id }: RequestContext): Answer {
    const isSame = known.project_id === project_id && known.made_of.equals(hashOf(request));
    if (!isSame || known.state === 'deleted')
      throw refusal('request.idempotency_conflict', 'This Idempotency-Key was used for a different webhook.');
    const secret = known.version === 1 ? this.secrets.current(known) : null;
    return { webhook: toWebhookRecord(known), secret };
  }

  async #requireRoom(tx: EntityManager, region: string, project_id: string): Promise<void> {
    const limit = this.config.ACTIVITY_WEBHOOKS_PER_PROJECT;
    const used = await this.webhooks.count(tx, project_id, region);
    if (used < limit) return;
    const figures = { project_id, region, limit, used };
    throw refusal('webhook.too_many', `The project has ${used} of ${limit} webhooks in ${region}.`, figures);
  }

  async #insert(
    tx: EntityManager,
    request: Request,
    { context, url, secret }: { readonly context: RequestContext; readonly url: string; readonly secret: string },
  ): Promise<Webhook> {
    const { webhook_id: id, region, types } = request;
    const { project_id, user_id: created_by } = context;
    const sealed = this.secrets.seal(secret, id);
    const made = { id, project_id, region, url, types, created_by, made_of: hashOf(request), secret: sealed };
    await tx.insert(WebhookRow, { ...made, state: 'enabled' });
    return tx.findOneByOrFail(WebhookRow, { id });
  }
}

/** Of the order. A secret in it is long and random, so that its hash gives nothing away. */
function hashOf({ region, url, types, secret }: Request): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([region, url, types, secret]))
    .digest();
}
