import {
  QuotaRequestApprovedV1,
  QuotaRequestRejectedV1,
  QuotaRequestSubmittedV1,
  type QuotaRequestState,
} from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';
import { type QuotaRequest, toRequestRecord } from './quota-request.row.ts';

const EVENTS = {
  submitted: QuotaRequestSubmittedV1,
  approved: QuotaRequestApprovedV1,
  rejected: QuotaRequestRejectedV1,
} as const satisfies Record<QuotaRequestState, unknown>;

/** Tells the project and the operators where a request stands. */
export function requestEvent(row: QuotaRequest): NewEvent {
  const { id, project_id, region, state } = row;
  return { event: EVENTS[state], subject: id, data: { request: toRequestRecord(row) }, project_id, region };
}
