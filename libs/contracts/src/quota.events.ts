import { z } from 'zod';
import { defineEvent } from './define.ts';
import { quotaRequestRecord, quotaResource } from './quota.ts';
import { byteCount, instant, projectId, regionName } from './scalars.ts';

/** The figures of one limit at the moment of the event. */
export const quotaFigures = z.object({
  project_id: projectId,
  region: regionName,
  /** What is limited. */
  resource: z.literal('images'),
  /** How many there may be. */
  limit: z.int().min(0),
  /** How many there are, those in the making too. */
  used: z.int().min(0),
});

const reservation = quotaFigures.extend({ image_id: z.uuid() });

/** One image's place is taken. */
export const QuotaReservedV1 = defineEvent('quota', 'QuotaReserved', 1, reservation);
/** The place is free again. */
export const QuotaReleasedV1 = defineEvent('quota', 'QuotaReleased', 1, reservation);
/** There was no place left; nothing was taken. */
export const QuotaRefusedV1 = defineEvent('quota', 'QuotaRefused', 1, reservation.extend({ resource: quotaResource }));

/** Four fifths of a limit are used, after it was less. */
export const QuotaThresholdReachedV1 = defineEvent(
  'quota',
  'QuotaThresholdReached',
  1,
  quotaFigures.extend({ resource: quotaResource, percent: z.int().min(0) }),
);

const quotaRequest = z.object({ request: quotaRequestRecord });

/** A project asks for a higher limit. */
export const QuotaRequestSubmittedV1 = defineEvent('quota', 'QuotaRequestSubmitted', 1, quotaRequest);
/** It has it, from this moment on. */
export const QuotaRequestApprovedV1 = defineEvent('quota', 'QuotaRequestApproved', 1, quotaRequest);
/** It does not get it; the comment says why. */
export const QuotaRequestRejectedV1 = defineEvent('quota', 'QuotaRequestRejected', 1, quotaRequest);

/** What a project is charged for one clock hour in a region. Said again, with a higher revision, when it was wrong. */
export const UsageMeteredV1 = defineEvent(
  'quota',
  'UsageMetered',
  1,
  z.object({
    project_id: projectId,
    region: regionName,
    /** The start of the hour. */
    hour: instant,
    /** Images that are charged for. */
    images: z.int().min(0),
    /** Bytes charged for this hour: divided by 2^30 they are the GiB-hours. */
    byte_hours: byteCount,
    /** 1 for the first time it is said. */
    revision: z.int().min(1),
  }),
);
