import { Badge, Button } from 'antd';
import { useState } from 'react';
import { useAddress } from '../address/address.ts';
import { useWords } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import { EventDetail } from './event-detail.tsx';
import type { Received } from './event-feed.ts';
import { EventFilters } from './event-filters.tsx';
import { EventList } from './event-list.tsx';
import { FEED_BADGES } from './feed-badges.ts';
import { type FeedListener, useEventFeed } from './use-event-feed.ts';

/** What happens, as it happens. */
export function FeedPanel(listener: FeedListener) {
  const { feed: words } = useWords();
  const { address } = useAddress();
  const { feed, state } = useEventFeed(address, listener);
  const [opened, setOpened] = useState<Received | null>(null);
  const { status, shown, came, unseen, paused, fault } = state;
  return (
    <section className="panel" aria-labelledby="feed-title">
      <div className="panel-head">
        <h2 id="feed-title">{words.title}</h2>
        <span role="status" data-status={status}>
          <Badge status={FEED_BADGES[status]} text={words.status[status]} />
        </span>
        <span className="spring" />
        <Button
          size="small"
          aria-pressed={paused}
          onClick={() => {
            if (paused) feed.resume();
            else feed.pause();
          }}
        >
          {paused ? words.resume : words.pause}
        </Button>
      </div>
      <EventFilters />
      {fault !== null && <ProblemAlert error={fault} />}
      <p className="fine" data-came={came}>
        {words.came(came, shown.length)}
        {paused && ` · ${words.unseen(unseen)}`}
      </p>
      <EventList events={shown} onOpen={setOpened} />
      <EventDetail
        event={opened?.event ?? null}
        onClose={() => {
          setOpened(null);
        }}
      />
    </section>
  );
}
