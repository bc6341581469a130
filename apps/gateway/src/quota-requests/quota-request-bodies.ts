import { printableText, projectId, quotaRequestState, SubmitQuotaRequest } from '@imago/contracts';
import { z } from 'zod';
import { filledPageLimit } from '../edge/paging.ts';

const { resource, requested_limit } = SubmitQuotaRequest.request.shape;

/** What a tenant says to get more (R20). Unknown fields are refused. */
export const quotaRequestBody = z.strictObject({
  resource,
  requested_limit,
  reason: printableText(2000).refine((text) => text.trim().length > 0, { message: 'must say why' }),
});

/** What an operator says to it. */
export const approvalBody = z
  .strictObject({ comment: printableText(2000).nullable().default(null), special: z.boolean().default(false) })
  .prefault({});

export const rejectionBody = z.strictObject({ comment: printableText(2000).nullable().default(null) }).prefault({});

export const requestsQuery = z.strictObject({
  limit: filledPageLimit,
  marker: z.uuid().optional(),
  state: quotaRequestState.optional(),
});

export const operatorRequestsQuery = requestsQuery.extend({ project_id: projectId.optional() });
