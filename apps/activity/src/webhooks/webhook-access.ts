import { refusal } from '@imago/contracts';
import { type Action, requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Webhook } from './webhook.row.ts';
import { WebhooksRepository } from './webhooks.repository.ts';

type WebhookAction = Action & `webhook.${string}`;

/** Which webhook somebody means, and whether they may do what they want with it. */
export interface Wanted {
  readonly webhook_id: string;
  readonly region: string;
}

/** The one way to a webhook that somebody asks for. */
@Injectable()
export class WebhookAccess {
  constructor(private readonly webhooks: WebhooksRepository) {}

  /** @throws Refusal webhook.not_found, auth.forbidden */
  async find(db: EntityManager, wanted: Wanted, action: WebhookAction, context: RequestContext): Promise<Webhook> {
    return allowed(await this.webhooks.find(db, wanted.webhook_id, wanted.region), action, context);
  }

  /** Locks it until the end of the transaction. @throws Refusal webhook.not_found, auth.forbidden */
  async lock(tx: EntityManager, wanted: Wanted, context: RequestContext): Promise<Webhook> {
    return allowed(await this.webhooks.lock(tx, wanted.webhook_id, wanted.region), 'webhook.manage', context);
  }

  /** {@link lock}, for what a disabled one does not do. @throws Refusal also webhook.disabled */
  async lockEnabled(tx: EntityManager, wanted: Wanted, context: RequestContext): Promise<Webhook> {
    const webhook = await this.lock(tx, wanted, context);
    if (webhook.state !== 'enabled') throw refusal('webhook.disabled', 'The webhook is disabled: nothing is sent.');
    return webhook;
  }
}

function allowed(webhook: Webhook | null, action: WebhookAction, context: RequestContext): Webhook {
  requireAllowed(action, context, webhook?.project_id === context.project_id ? 'owner' : 'none');
  if (webhook === null) throw refusal('webhook.not_found', 'There is no such webhook.');
  return webhook;
}
