import { Badge } from 'antd';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { EventFeed } from '../events/event-feed.ts';
import { FEED_BADGES } from '../events/feed-badges.ts';
import type { StreamPlace } from '../events/stream-place.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useWords } from '../language/language.ts';
import { useExpire } from '../session/use-expire.ts';
import { useHeard } from './use-heard.ts';

/** Milliseconds: what happened while a page was on its way is heard as well. */
const BEFORE = 5_000;

/** Follows what happens and asks again for what it concerns: what is on the screen is true without a reload. */
export function LiveQueries() {
  const { feed: words } = useWords();
  const gateway = useGateway();
  const heard = useHeard();
  const expire = useExpire();
  const feed = useMemo(
    () =>
      new EventFeed({
        filter: { types: [], project: '', subject: '' },
        start: aMomentAgo(),
        open: (path, headers, signal) => gateway.open(path, { headers, signal }),
        heard,
        expired: expire,
      }),
    [gateway, heard, expire],
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
