import { z } from 'zod';
import { defineEvent } from './define.ts';
import { projectId, regionName } from './scalars.ts';

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
export const QuotaRefusedV1 = defineEvent('quota', 'QuotaRefused', 1, reservation);
