import { z } from 'zod';
import { defineRequest } from './define.ts';
import { projectId, regionName } from './scalars.ts';
import { EVENTS } from './subscriptions.ts';
import {
  webhookDelivery,
  webhookDeliveryState,
  webhookRecord,
  webhookSecret,
  webhookState,
  webhookUrl,
} from './webhook.ts';

const KNOWN = new Set(EVENTS.map(({ type }) => type));

/** Types of events; an unknown one would wait for ever. */
export const webhookTypes = z
  .array(z.string().refine((type) => KNOWN.has(type), { message: 'is no type of event: see docs/events.md' }))
  .max(1000) // more than there are: whoever wants all of them may name them
  .transform((types) => [...new Set(types)]);

const which = { webhook_id: z.uuid(), region: regionName };
const deliveryWhich = { ...which, delivery_id: z.uuid() };

/**
 * Tells the caller's project of events from now on. Idempotent by `webhook_id`. Refusals: auth.forbidden,
 * webhook.url_refused, webhook.address_refused, webhook.unresolvable, webhook.too_many, request.idempotency_conflict.
 */
export const CreateWebhook = defineRequest('activity', 'createWebhook', {
  kind: 'command',
  request: z.object({
    ...which,
    url: webhookUrl,
    types: webhookTypes,
    /** Null: one is made. */
    secret: webhookSecret.nullable(),
  }),
  response: z.object({
    webhook: webhookRecord,
    /** Told once; null when the order is repeated after the webhook was changed. */
    secret: webhookSecret.nullable(),
  }),
});

/**
 * Webhooks in a region, newest first: the caller's project's, for an operator anybody's. Refusals: auth.forbidden,
 * webhook.not_found for another project's, request.invalid for a marker that is no webhook of the list.
 */
export const ListWebhooks = defineRequest('activity', 'listWebhooks', {
  kind: 'query',
  request: z.object({
    region: regionName,
    project_id: projectId,
    limit: z.int().min(1).max(1000),
    marker: z.uuid().nullable(),
  }),
  response: z.object({ webhooks: z.array(webhookRecord), next_marker: z.uuid().nullable() }),
});

/** Refusal: webhook.not_found. */
export const ShowWebhook = defineRequest('activity', 'showWebhook', {
  kind: 'query',
  request: z.object(which),
  response: z.object({ webhook: webhookRecord }),
});

/**
 * Changes what is given. Refusals: webhook.not_found, auth.forbidden, webhook.url_refused, webhook.address_refused,
 * webhook.unresolvable.
 */
export const UpdateWebhook = defineRequest('activity', 'updateWebhook', {
  kind: 'command',
  request: z.object({
    ...which,
    url: webhookUrl.nullable(),
    types: webhookTypes.nullable(),
    state: webhookState.nullable(),
    /** Another secret, given or made; for a while the one before signs as well. */
    secret: webhookSecret.or(z.literal('new')).nullable(),
  }),
  response: z.object({
    webhook: webhookRecord,
    /** Told when it is another. */
    secret: webhookSecret.nullable(),
  }),
});

/** Refusals: webhook.not_found, auth.forbidden. */
export const DeleteWebhook = defineRequest('activity', 'deleteWebhook', {
  kind: 'command',
  request: z.object(which),
  response: z.object({}),
});

/** Sends the webhook a message that means nothing, once. Refusals: webhook.not_found, auth.forbidden, webhook.disabled. */
export const TestWebhook = defineRequest('activity', 'testWebhook', {
  kind: 'command',
  request: z.object(deliveryWhich),
  response: z.object({ delivery: webhookDelivery }),
});

/** What was and is to be delivered, newest first. Refusals: webhook.not_found, request.invalid for a strange marker. */
export const ListWebhookDeliveries = defineRequest('activity', 'listWebhookDeliveries', {
  kind: 'query',
  request: z.object({
    ...which,
    state: webhookDeliveryState.nullable(),
    limit: z.int().min(1).max(1000),
    marker: z.uuid().nullable(),
  }),
  response: z.object({ deliveries: z.array(webhookDelivery), next_marker: z.uuid().nullable() }),
});

/** Refusals: webhook.not_found, webhook_delivery.not_found. */
export const ShowWebhookDelivery = defineRequest('activity', 'showWebhookDelivery', {
  kind: 'query',
  request: z.object(deliveryWhich),
  response: z.object({ delivery: webhookDelivery }),
});

/**
 * Sends one once more, as if it was new. Refusals: webhook.not_found, webhook_delivery.not_found, auth.forbidden,
 * webhook.disabled, webhook_delivery.pending.
 */
export const ReplayWebhookDelivery = defineRequest('activity', 'replayWebhookDelivery', {
  kind: 'command',
  request: z.object(deliveryWhich),
  response: z.object({ delivery: webhookDelivery }),
});

/** Sends what is parked once more, the oldest first. Refusals: webhook.not_found, auth.forbidden, webhook.disabled. */
export const ReplayParkedDeliveries = defineRequest('activity', 'replayParkedDeliveries', {
  kind: 'command',
  request: z.object(which),
  response: z.object({
    replayed: z.int().min(0),
    /** There are so many that the rest has to be asked for again. */
    more: z.boolean(),
  }),
});
