import { type RequestOf, type ResponseOf, type UpdateWebhook as UpdateWebhookContract } from '@imago/contracts';
import { inTransaction, Outbox, type RequestCall } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Receivers } from './receivers.ts';
import { newWebhookSecret } from './sign-message.ts';
import { WebhookAccess } from './webhook-access.ts';
import { type ChangedField, webhookUpdated } from './webhook-events.ts';
import { WebhookSecrets } from './webhook-secrets.ts';
import { toWebhookRecord, type Webhook } from './webhook.row.ts';
import { WebhooksRepository } from './webhooks.repository.ts';

type Request = RequestOf<typeof UpdateWebhookContract>;
type Answer = ResponseOf<typeof UpdateWebhookContract>;

/** Changes where a webhook leads, what it is told, whether it is told anything, and what its messages are signed with. */
@Injectable()
export class UpdateWebhook {
  constructor(
    private readonly db: DataSource,
    private readonly access: WebhookAccess,
    private readonly webhooks: WebhooksRepository,
    private readonly receivers: Receivers,
    private readonly secrets: WebhookSecrets,
    private readonly outbox: Outbox,
  ) {}

  /** @throws Refusal as the contract of `activity.updateWebhook` names them; then nothing has changed. */
  async execute(request: Request, { context, cause }: RequestCall): Promise<Answer> {
    await this.access.find(this.db.manager, request, 'webhook.manage', context);
    const url = request.url === null ? null : await this.receivers.check(request.url);
    const secret = request.secret === 'new' ? newWebhookSecret() : request.secret;
    return inTransaction(this.db, async (tx) => {
      const known = await this.access.lock(tx, request, context);
      const replacement = secret === null ? {} : this.secrets.replacement(known, secret);
      const change = { ...differences(known, { ...request, url }), ...replacement };
      const changed = FIELDS.filter((field) => field in change);
      if (changed.length === 0) return { webhook: toWebhookRecord(known), secret: null };
      const webhook = await this.webhooks.change(tx, known.id, change);
      await this.outbox.add(tx, webhookUpdated(webhook, changed), cause);
      return { webhook: toWebhookRecord(webhook), secret };
    });
  }
}

const FIELDS: readonly ChangedField[] = ['url', 'types', 'state', 'secret'];

/** What is asked for and not so already. What waited is due as soon as the webhook is enabled. */
function differences(
  known: Webhook,
  { url, types, state }: Pick<Request, 'url' | 'types' | 'state'>,
): Partial<Webhook> {
  const afresh = { reason_code: null, reason_message: null, parked_in_a_row: 0, due_at: new Date() };
  return {
    ...(url !== null && url !== known.url && { url }),
    ...(types !== null && !isSame(types, known.types) && { types }),
    ...(state !== null && state !== known.state && { state, ...afresh }),
  };
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((each, place) => each === others[place]);
}
