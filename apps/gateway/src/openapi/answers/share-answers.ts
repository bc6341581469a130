import { AnswerShares, ListImageShares, ListShares, ShareImage, shareRecord } from '@imago/contracts';
import { z } from 'zod';
import { type Answers, links, projection } from './answer.ts';

const { results, figures: quota } = ShareImage.response.shape;
const { shares, pending } = ListShares.response.shape;

export const shareAnswers: Answers = {
  ImageShares: {
    schema: z.object({
      shares: ListImageShares.response.shape.shares,
      quota: ListImageShares.response.shape.figures,
    }),
    of: ['ImageShares.list'],
  },
  SharedImage: {
    schema: z.object({ results, quota, ...projection }),
    of: ['ImageShares.share', 'ImageShares.cancelMany'],
  },
  Inbox: { schema: z.object({ shares, pending, ...links }), of: ['Inbox.list'] },
  AnsweredShares: {
    schema: z.object({ results: AnswerShares.response.shape.results, ...projection }),
    of: ['Inbox.acceptMany', 'Inbox.rejectMany'],
  },
  AnsweredShare: { schema: shareRecord.extend(projection), of: ['Inbox.accept', 'Inbox.reject'] },
};
