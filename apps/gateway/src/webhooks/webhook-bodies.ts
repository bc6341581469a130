import {
  projectId,
  webhookDeliveryState,
  webhookSecret,
  webhookState,
  webhookTypes,
  webhookUrl,
} from '@imago/contracts';
import { z } from 'zod';
import { filledPageLimit } from '../edge/paging.ts';

/** Who wants to be told of what. */
export const webhookBody = z.strictObject({
  url: webhookUrl,
  types: webhookTypes.default([]),
  secret: webhookSecret.nullable().default(null),
});

/** What of a webhook is to be other than it is; `"secret": "new"` has one made. */
export const webhookChange = z
  .strictObject({
    url: webhookUrl.optional(),
    types: webhookTypes.optional(),
    state: webhookState.optional(),
    secret: webhookSecret.or(z.literal('new')).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, { message: 'must change something' });

export const webhooksQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z.uuid().optional(),
  project_id: projectId.optional(),
});

export const deliveriesQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z.uuid().optional(),
  state: webhookDeliveryState.optional(),
});
