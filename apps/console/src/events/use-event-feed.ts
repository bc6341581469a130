import type { EventEnvelope } from '@imago/contracts';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Address } from '../address/address.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { EventFeed, type FeedState } from './event-feed.ts';
import { feedMemory } from './feed-memory.ts';

export interface FeedListener {
  readonly onEvent: (event: EventEnvelope) => void;
  readonly onFailure: (error: unknown) => void;
}

interface Following {
  readonly feed: EventFeed;
  readonly state: FeedState;
}

/** The feed of what the address asks for; another address is another feed. */
export function useEventFeed(gateway: Gateway, address: Address, { onEvent, onFailure }: FeedListener): Following {
  const { types, project, image, from, region } = address;
  const name = JSON.stringify({ region, types, project, image, from });
  const feed = useMemo(() => {
    const wanted = JSON.parse(name) as Address;
    return new EventFeed({
      filter: { types: wanted.types, project: wanted.project, subject: wanted.image },
      start: feedMemory.start(name, wanted.from),
      open: (path, headers, signal) => gateway.open(path, { headers, signal }),
      heard: onEvent,
      moved: (place) => {
        feedMemory.keep(name, place);
      },
      expired: onFailure,
    });
  }, [gateway, name, onEvent, onFailure]);
  useEffect(() => feed.follow(), [feed]);
  return { feed, state: useSyncExternalStore(feed.subscribe, feed.state) };
}
