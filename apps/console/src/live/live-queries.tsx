import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { Badge } from 'antd';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { EventFeed } from '../events/event-feed.ts';
import { FEED_BADGES } from '../events/feed-badges.ts';
import type { StreamPlace } from '../events/stream-place.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useWords } from '../language/language.ts';
import { useExpire } from '../session/use-expire.ts';
import { AREAS, type Area, areasOf } from './areas-of.ts';
import { PacedLook } from './paced-look.ts';

/** Milliseconds: what happened while a page was on its way is heard as well. */
const BEFORE = 5_000;

/** Follows what happens and asks again for what it concerns: what is on the screen is true without a reload. */
export function LiveQueries() {
  const { feed: words } = useWords();
  const gateway = useGateway();
  const queries = useQueryClient();
  const expire = useExpire();
  const looks = useMemo(() => looksOf(queries), [queries]);
  const feed = useMemo(
    () =>
      new EventFeed({
        filter: { types: [], project: '', subject: '' },
        start: aMomentAgo(),
        open: (path, headers, signal) => gateway.open(path, { headers, signal }),
        heard: (event) => {
          for (const area of areasOf(event)) looks[area].changed();
        },
        expired: expire,
      }),
    [gateway, looks, expire],
  );
  useEffect(() => feed.follow(), [feed]);
  const { status } = useSyncExternalStore(feed.subscribe, feed.state);
  return (
    <div className="live-state" role="status" data-status={status}>
      <Badge status={FEED_BADGES[status]} text={words.status[status]} />
    </div>
  );
}

function aMomentAgo(): StreamPlace {
  return { after: null, since: new Date(Date.now() - BEFORE).toISOString() };
}

function looksOf(queries: QueryClient): Readonly<Record<Area, PacedLook>> {
  const look = (area: Area) =>
    // A question under way is left to be answered, or a slow gateway would never answer one.
    new PacedLook(() => void queries.invalidateQueries({ queryKey: [area] }, { cancelRefetch: false }));
  return Object.fromEntries(AREAS.map((area) => [area, look(area)])) as Record<Area, PacedLook>;
}
