import type { QuotaRequest } from './quota.ts';

/** How the outcome of a request is shown. */
export const REQUEST_COLOURS: Readonly<Record<QuotaRequest['state'], string>> = {
  submitted: 'processing',
  approved: 'success',
  rejected: 'error',
};
