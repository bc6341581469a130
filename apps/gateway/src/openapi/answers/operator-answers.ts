import { GetImageScan, imageReview, ListImageReviews, SERVICES } from '@imago/contracts';
import { z } from 'zod';
import { operationsReport } from '../../operations/operations-report.ts';
import type { Answers } from './answer.ts';

/** As `listParked` describes a message, and the service it was for. */
const parkedMessage = z.object({
  service: z.enum(SERVICES),
  id: z.string(),
  type: z.string().nullable(),
  queue: z.string(),
  reason: z.string(),
  error: z.string().nullable(),
  parked_at: z.string().nullable(),
  body: z.string(),
});

export const operatorAnswers: Answers = {
  Operations: { schema: operationsReport, of: ['Operations.show'] },
  ParkedMessages: { schema: z.object({ messages: z.array(parkedMessage) }), of: ['Parked.list'] },
  ImageScan: {
    schema: GetImageScan.response.shape.scan.extend({ image_id: GetImageScan.response.shape.image_id }),
    of: ['ImageScans.show'],
  },
  ImageReview: { schema: imageReview, of: ['ImageReviews.review'] },
  ImageReviews: { schema: ListImageReviews.response, of: ['ImageReviews.list'] },
};
