import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type AttemptOutcome, failureOf, outcomeOf } from './attempt-outcome.ts';
import type { DueDelivery } from './delivery-queue.ts';
import { eventBody, MESSAGE_TYPE, pingBody } from './message-body.ts';
import { OutboundClient } from './outbound-client.ts';
import { signatureHeaders } from './sign-message.ts';
import { WebhookSecrets } from './webhook-secrets.ts';
import type { Webhook } from './webhook.row.ts';

/** Makes one attempt: the event as its project may know it, signed, to where the webhook leads. */
@Injectable()
export class WebhookSender implements OnApplicationShutdown {
  constructor(
    private readonly client: OutboundClient,
    private readonly secrets: WebhookSecrets,
  ) {}

  onApplicationShutdown(): Promise<void> {
    return this.client.close();
  }

  /** Never rejects: whatever goes wrong is an outcome. */
  async send(webhook: Webhook, delivery: DueDelivery, stopped: AbortSignal): Promise<AttemptOutcome> {
    try {
      const body = bodyOf(webhook, delivery);
      const signed = signatureHeaders({ id: delivery.id, at: new Date(), body }, this.secrets.signing(webhook));
      const headers = { ...signed, 'content-type': MESSAGE_TYPE, 'user-agent': 'imago-webhooks/1' };
      return outcomeOf(await this.client.post({ url: webhook.url, headers, body, signal: stopped }));
    } catch (error) {
      return stopped.aborted ? { result: 'interrupted' } : failureOf(error);
    }
  }
}

function bodyOf({ project_id, region }: Webhook, { envelope, ...delivery }: DueDelivery): string {
  if (delivery.event_id === null) return pingBody({ ...delivery, project_id, region });
  if (envelope === null) throw new Error(`the log has no event ${delivery.event_id}`);
  return eventBody(envelope, project_id);
}
