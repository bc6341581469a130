import { z } from 'zod';
import { defineEvent } from './define.ts';
import { webhookDelivery, webhookRecord } from './webhook.ts';

const webhook = z.object({ webhook: webhookRecord });

/** A project wants to be told of events. A webhook is never told of itself. */
export const WebhookCreatedV1 = defineEvent('activity', 'WebhookCreated', 1, webhook);
/** Its owner changed it, or it was disabled because it does not work; then its reason says why. */
export const WebhookUpdatedV1 = defineEvent(
  'activity',
  'WebhookUpdated',
  1,
  webhook.extend({
    /** The fields that are other than before. */
    changed: z.array(z.enum(['url', 'types', 'state', 'secret'])),
  }),
);
/** It is told nothing any more. */
export const WebhookDeletedV1 = defineEvent('activity', 'WebhookDeleted', 1, webhook);
/** An event could not be delivered and is parked; that one of these could not is not told. */
export const WebhookDeliveryFailedV1 = defineEvent(
  'activity',
  'WebhookDeliveryFailed',
  1,
  webhook.extend({ delivery: webhookDelivery }),
);
