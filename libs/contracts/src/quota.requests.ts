import { z } from 'zod';
import { defineRequest } from './define.ts';
import { refusalDocument } from './errors.ts';
import { LARGEST_LIMITS, quotaRequestRecord, quotaRequestState, quotaResource } from './quota.ts';
import { quotaFigures } from './quota.events.ts';
import { difference, idRange } from './reconciliation.ts';
import { byteCount, instant, printableText, projectId, regionName } from './scalars.ts';

/**
 * Takes one image's place in the caller's project (role `service` on the project's behalf). Idempotent by `image_id`.
 * Unconfirmed reservations expire. Refusals: quota.images_exceeded and quota.storage_exceeded with the figures,
 * image.exists, auth.forbidden.
 */
export const ReserveImage = defineRequest('quota', 'reserveImage', {
  kind: 'command',
  request: z.object({
    image_id: z.uuid(),
    project_id: projectId,
    region: regionName,
    /** GiB of storage the image may come to need; what it really needs counts as soon as that is known. */
    storage_gib: z.int().min(0).default(0),
  }),
  response: z.object({ expires_at: instant, figures: quotaFigures }),
});

/** One limit and how much of it is used. */
export const limitFigures = z.object({
  project_id: projectId,
  region: regionName,
  resource: quotaResource,
  limit: z.int().min(0),
  /** Null of `members_per_image`, of which every image has its own figure. */
  used: z.int().min(0).nullable(),
});
export type LimitFigures = z.output<typeof limitFigures>;

/**
 * What {@link ReserveImage} would say, without a place being taken (role `service` on the project's behalf): the figures
 * of everything an image needs room in, and every refusal. Refusals: auth.forbidden.
 */
export const PreviewReservation = defineRequest('quota', 'previewReservation', {
  kind: 'query',
  request: ReserveImage.request.omit({ image_id: true }).extend({
    /** An image whose own reservation of storage is not counted as used: it is about to be. */
    counted_apart: z.uuid().nullable().default(null),
  }),
  response: z.object({ figures: z.array(limitFigures), refusals: z.array(refusalDocument) }),
});

/**
 * The limits of a project and how much of them is used, in one region or, when that is null, in every one. A tenant asks
 * for its own, an operator for any. Refusals: request.not_found, auth.forbidden, region.not_found.
 */
export const ShowQuotas = defineRequest('quota', 'showQuotas', {
  kind: 'query',
  request: z.object({ project_id: projectId, region: regionName.nullable() }),
  response: z.object({ quotas: z.array(limitFigures) }),
});

/** One limit, for services that count by themselves (role `service`). Refusals: auth.forbidden, region.not_found. */
export const GetLimit = defineRequest('quota', 'getLimit', {
  kind: 'query',
  request: z.object({ project_id: projectId, region: regionName, resource: quotaResource }),
  response: z.object({ limit: z.int().min(0) }),
});

/** Waits, at most `wait_ms`, until quota has applied these events: how a place that became free is free at once. */
export const ConfirmQuotaApplied = defineRequest('quota', 'confirmApplied', {
  kind: 'query',
  request: z.object({ event_ids: z.array(z.uuid()).max(100), wait_ms: z.int().min(0).max(2000) }),
  response: z.object({ applied: z.boolean() }),
});

const answeredRequest = z.object({ request: quotaRequestRecord, event_ids: z.array(z.uuid()) });

/**
 * Asks for a higher limit of the caller's project. Idempotent by `request_id`. Refusals: auth.forbidden,
 * region.not_found, quota_request.not_higher, quota_request.too_high (see LARGEST_LIMITS), quota_request.open (one for
 * the same limit waits already), request.idempotency_conflict (the id was used for another).
 */
export const SubmitQuotaRequest = defineRequest('quota', 'submitQuotaRequest', {
  kind: 'command',
  request: z.object({
    request_id: z.uuid(),
    region: regionName,
    resource: quotaResource,
    requested_limit: z
      .int()
      .min(1)
      .max(Math.max(...Object.values(LARGEST_LIMITS))),
    reason: printableText(2000).min(1),
  }),
  response: answeredRequest,
});

/**
 * Requests in a region, newest first: the caller's project's, for an operator anybody's. Refusals: auth.forbidden,
 * quota_request.not_found for another project's, request.invalid for a marker that is no request of the list.
 */
export const ListQuotaRequests = defineRequest('quota', 'listQuotaRequests', {
  kind: 'query',
  request: z.object({
    region: regionName,
    /** Null: the caller's own project; for an operator, every project. */
    project_id: projectId.nullable(),
    state: quotaRequestState.nullable(),
    limit: z.int().min(1).max(1000),
    marker: z.uuid().nullable(),
  }),
  response: z.object({ requests: z.array(quotaRequestRecord), next_marker: z.uuid().nullable() }),
});

/** Refusal: quota_request.not_found. */
export const ShowQuotaRequest = defineRequest('quota', 'showQuotaRequest', {
  kind: 'query',
  request: z.object({ request_id: z.uuid(), region: regionName }),
  response: z.object({ request: quotaRequestRecord }),
});

/**
 * An operator's answer to a request; an approved limit holds from this moment on. The same answer by the same operator,
 * repeated, is fine. Refusals: quota_request.not_found, auth.forbidden, quota_request.decided, quota_request.own (nobody
 * decides what they asked for), quota_request.special (more members than usual need `special`).
 */
export const DecideQuotaRequest = defineRequest('quota', 'decideQuotaRequest', {
  kind: 'command',
  request: z.object({
    request_id: z.uuid(),
    region: regionName,
    decision: z.enum(['approved', 'rejected']),
    comment: printableText(2000).nullable(),
    special: z.boolean().default(false),
  }),
  response: answeredRequest,
});

/** How usage is added up: per hour, per day (UTC), per image, or not at all: each image in each hour. */
export const usageGrouping = z.enum(['hour', 'day', 'image', 'image_hour']);
export type UsageGrouping = z.output<typeof usageGrouping>;

export const usageLine = z.object({
  project_id: projectId,
  /** The start of the hour or day; null where usage is added up per image. */
  from: instant.nullable(),
  /** Null where usage is added up over images. */
  image_id: z.uuid().nullable(),
  /** Images in it. */
  images: z.int().min(0),
  /** Bytes times clock hours: divided by 2^30 they are GiB-hours. Exact. */
  byte_hours: byteCount,
  /** The same in GiB-hours, with six digits after the point. */
  gib_hours: z.string().regex(/^\d+\.\d{6}$/),
});
export type UsageLine = z.output<typeof usageLine>;

/**
 * What was used in a region in the hours from `from` up to but without `to`, in their order. Every clock hour that has
 * begun counts whole. A tenant sees its own project's; an operator anybody's, and everybody's with `project_id` null.
 * Refusals: request.not_found, auth.forbidden, region.not_found, usage.range.
 */
export const ListUsage = defineRequest('quota', 'listUsage', {
  kind: 'query',
  request: z.object({
    region: regionName,
    project_id: projectId.nullable(),
    image_id: z.uuid().nullable(),
    from: instant,
    to: instant,
    by: usageGrouping,
    limit: z.int().min(1).max(1000),
    /** Lines to leave out: how many came before. */
    offset: z.int().min(0).max(10_000_000),
  }),
  response: z.object({ usage: z.array(usageLine), more: z.boolean() }),
});

/** An image and how it stands to the quota, as catalog has it: it needs a place, or, being everybody's, none. */
export const imagePlace = z.object({
  image_id: z.uuid(),
  project_id: projectId,
  version: z.int().min(1),
  state: z.enum(['confirmed', 'exempt']),
});
export type ImagePlace = z.output<typeof imagePlace>;

/**
 * Holds the ledger against all live images of a region in a range of ids (role `service`). Problems: `place_missing`,
 * `place_elsewhere`, `place_unneeded`. Refusals: auth.forbidden.
 */
export const CompareLedger = defineRequest('quota', 'compareLedger', {
  kind: 'query',
  request: idRange.extend({ images: z.array(imagePlace).max(1000) }),
  response: z.object({ differences: z.array(difference) }),
});

/**
 * Writes down where these images stand, and that the others named are gone for good, whatever the ledger said (role
 * `service`). Idempotent. Answers the ids of which the ledger is right now. Refusals: auth.forbidden.
 */
export const CorrectLedger = defineRequest('quota', 'correctLedger', {
  kind: 'command',
  request: z.object({ region: regionName, images: z.array(imagePlace).max(1000), gone: z.array(z.uuid()).max(1000) }),
  response: z.object({ corrected: z.array(z.uuid()) }),
});
