import type { FeedStatus } from './event-feed.ts';

/** How it is shown whether a feed is followed. */
export const FEED_BADGES: Readonly<Record<FeedStatus, 'processing' | 'success' | 'warning' | 'error'>> = {
  connecting: 'processing',
  live: 'success',
  waiting: 'warning',
  refused: 'error',
};
