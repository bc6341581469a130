import { page, type Page } from './page.ts';

const beside = { inMenu: false } as const;
const operators = { operators: true } as const;

/** Every page there is, in the order of the menu; `/` leads to the first one somebody may see. */
// prettier-ignore -- a line for a page
export const PAGES: readonly Page[] = [
  page(
    '/images/new',
    'images',
    () => import('../making/create-image-page.tsx').then((it) => it.CreateImagePage),
    beside,
  ),
  page('/images', 'images', () => import('../images/images-page.tsx').then((it) => it.ImagesPage)),
  page('/images/:id', 'images', () => import('../images/image-page.tsx').then((it) => it.ImagePage), beside),
  page('/inbox', 'inbox', () => import('../inbox/inbox-page.tsx').then((it) => it.InboxPage)),
  page('/servers', 'servers', () => import('../servers/servers-page.tsx').then((it) => it.ServersPage)),
  page(
    '/servers/new',
    'servers',
    () => import('../servers/create-servers-page.tsx').then((it) => it.CreateServersPage),
    beside,
  ),
  page('/servers/:id', 'servers', () => import('../servers/server-page.tsx').then((it) => it.ServerPage), beside),
  page('/jobs/:id', 'jobs', () => import('../jobs/job-page.tsx').then((it) => it.JobPage), beside),
  page('/jobs', 'jobs', () => import('../jobs/jobs-page.tsx').then((it) => it.JobsPage)),
  page('/quotas', 'quotas', () => import('../quotas/quotas-page.tsx').then((it) => it.QuotasPage)),
  page('/usage', 'usage', () => import('../usage/usage-page.tsx').then((it) => it.UsagePage)),
  page('/operator/board', 'board', () => import('../board/board-page.tsx').then((it) => it.BoardPage), {
    ...operators,
    followsEvents: true,
  }),
  page(
    '/operator/publishing',
    'publishing',
    () => import('../publishing/publishing-page.tsx').then((it) => it.PublishingPage),
    operators,
  ),
  page(
    '/operator/quota-requests',
    'quotaRequests',
    () => import('../quota-requests/quota-requests-page.tsx').then((it) => it.QuotaRequestsPage),
    operators,
  ),
  page('/operator/parked', 'parked', () => import('../parked/parked-page.tsx').then((it) => it.ParkedPage), operators),
  page('/operator/audit', 'audit', () => import('../audit/audit-page.tsx').then((it) => it.AuditPage), operators),
];

/** Where an operator begins the day. */
export const OPERATORS_HOME = '/operator/board';
export const HOME = '/images';
