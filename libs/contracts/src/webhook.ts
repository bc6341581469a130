import { z } from 'zod';
import { instant, projectId, regionName } from './scalars.ts';

/** Where a webhook's messages go. What more is asked of it, the service that sends says. */
export const webhookUrl = z.url({ protocol: /^https?$/ }).max(2048);

/** The secret that messages are signed with, as Standard Webhooks writes it: 24 to 64 bytes in base64. */
export const webhookSecret = z
  .string()
  .regex(/^whsec_(?:(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==)?|(?:[A-Za-z0-9+/]{4}){8,20}[A-Za-z0-9+/]{3}=)$/, {
    message: 'must be whsec_ and 24 to 64 bytes in base64',
  });

/** Why something about a webhook went wrong, and what helps. */
export const webhookError = z.object({ code: z.string(), message: z.string(), remedy: z.string() });

export const webhookState = z.enum(['enabled', 'disabled']);
export type WebhookState = z.output<typeof webhookState>;

/** A webhook as its project sees it; its secret is told when it is made, and never again. */
export const webhookRecord = z.object({
  id: z.uuid(),
  project_id: projectId,
  region: regionName,
  url: z.string(),
  /** The types of events it is told; none: every one that its project is told. */
  types: z.array(z.string()),
  /** A disabled one is told nothing. */
  state: webhookState,
  /** Why it was disabled; null when nobody but its owner did that. */
  reason: webhookError.nullable(),
  created_by: z.string(),
  created_at: instant,
  updated_at: instant,
  version: z.int().min(1),
});
export type WebhookRecord = z.output<typeof webhookRecord>;

/** `pending`: it is tried, or will be; `parked`: it was given up, and can be replayed. */
export const webhookDeliveryState = z.enum(['pending', 'delivered', 'parked']);
export type WebhookDeliveryState = z.output<typeof webhookDeliveryState>;

/** One event on its way to one webhook. */
export const webhookDelivery = z.object({
  /** The `webhook-id` of its messages: always the same, also when it is sent again. */
  id: z.uuid(),
  webhook_id: z.uuid(),
  /** Null of a test. */
  event_id: z.uuid().nullable(),
  event_type: z.string(),
  subject: z.string(),
  state: webhookDeliveryState,
  /** How often it was tried, since it was made or replayed. */
  attempts: z.int().min(0),
  /** Null when it is not tried any more. */
  next_attempt_at: instant.nullable(),
  last_attempt_at: instant.nullable(),
  /** What the receiver answered last; null when it did not. */
  last_status: z.int().nullable(),
  /** What was wrong with the last attempt. */
  error: webhookError.nullable(),
  created_at: instant,
  /** When it was delivered or parked. */
  finished_at: instant.nullable(),
});
export type WebhookDelivery = z.output<typeof webhookDelivery>;
