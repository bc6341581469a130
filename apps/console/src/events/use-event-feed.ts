import type { EventEnvelope } from '@imago/contracts';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Address } from '../address/address.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useExpire } from '../session/use-expire.ts';
import { EventFeed, type FeedState } from './event-feed.ts';
import { feedMemory } from './feed-memory.ts';

export interface FeedListener {
  readonly onEvent: (event: EventEnvelope) => void;
}

interface Following {
  readonly feed: EventFeed;
  readonly state: FeedState;
}

/** The feed of what the address asks for; another address is another feed. */
export function useEventFeed(address: Address, { onEvent }: FeedListener): Following {
  const gateway = useGateway();
  const expire = useExpire();
  const { region } = gateway;
  const { types, project, image, from } = address;
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
      expired: expire,
    });
  }, [gateway, name, onEvent, expire]);
  useEffect(() => feed.follow(), [feed]);
  return { feed, state: useSyncExternalStore(feed.subscribe, feed.state) };
}
