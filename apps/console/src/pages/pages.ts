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
  page('/operator/board', 'board', () => import('../board/board-page.tsx').then((it) => it.BoardPage), {
    ...operators,
    followsEvents: true,
  }),
];

/** Where an operator begins the day. */
export const OPERATORS_HOME = '/operator/board';
export const HOME = '/images';
