import {
  type DataOf,
  WebhookCreatedV1,
  WebhookDeletedV1,
  WebhookDeliveryFailedV1,
  WebhookUpdatedV1,
} from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import { type Delivery, toDelivery } from './delivery.row.ts';
import { toWebhookRecord, type Webhook } from './webhook.row.ts';

export type ChangedField = DataOf<typeof WebhookUpdatedV1>['changed'][number];

export function webhookCreated(webhook: Webhook): NewEvent {
  return { event: WebhookCreatedV1, ...about(webhook), data: { webhook: toWebhookRecord(webhook) } };
}

export function webhookUpdated(webhook: Webhook, changed: readonly ChangedField[]): NewEvent {
  return { event: WebhookUpdatedV1, ...about(webhook), data: { webhook: toWebhookRecord(webhook), changed } };
}

export function webhookDeleted(webhook: Webhook): NewEvent {
  return { event: WebhookDeletedV1, ...about(webhook), data: { webhook: toWebhookRecord(webhook) } };
}

export function deliveryFailed(webhook: Webhook, delivery: Delivery): NewEvent {
  const data = { webhook: toWebhookRecord(webhook), delivery: toDelivery(delivery) };
  const { id: subject, project_id, region } = webhook;
  return { event: WebhookDeliveryFailedV1, subject, project_id, region, data };
}

function about({ id: subject, project_id, region, version: sequence }: Webhook): Omit<NewEvent, 'event' | 'data'> {
  return { subject, project_id, region, sequence };
}
