import { ListBuckets, ListUsage, quotaRequestRecord, ShowQuotas } from '@imago/contracts';
import { z } from 'zod';
import { type Answers, links, projection } from './answer.ts';

const { usage } = ListUsage.response.shape;
const { from, to } = ListUsage.request.shape;

export const accountAnswers: Answers = {
  Quotas: { schema: ShowQuotas.response, of: ['Quotas.show'] },
  QuotaRequest: {
    schema: quotaRequestRecord.extend(projection),
    of: [
      ...['QuotaRequests.submit', 'QuotaRequests.show'],
      ...['OperatorQuotaRequests.approve', 'OperatorQuotaRequests.reject'],
    ],
  },
  QuotaRequestPage: {
    schema: z.object({ quota_requests: z.array(quotaRequestRecord), ...links }),
    of: ['QuotaRequests.list', 'OperatorQuotaRequests.list'],
  },
  UsagePage: { schema: z.object({ usage, from, to, ...links }), of: ['Usage.list'] },
  Buckets: { schema: ListBuckets.response, of: ['Buckets.own', 'Buckets.ofProject'] },
};
