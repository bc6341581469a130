import { Tag } from 'antd';
import { memo } from 'react';
import { timeFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import type { Received } from './event-feed.ts';

interface EventListProps {
  readonly events: readonly Received[];
  readonly onOpen: (received: Received) => void;
}

/** Each event is a button: it opens by mouse and by key. */
export function EventList({ events, onOpen }: EventListProps) {
  const { words } = useSpeech();
  if (events.length === 0) return <p className="empty">{words.feed.empty}</p>;
  return (
    <ol className="events scroll" aria-label={words.feed.list}>
      {events.map((received) => (
        <EventLine key={received.place} received={received} onOpen={onOpen} />
      ))}
    </ol>
  );
}

interface EventLineProps {
  readonly received: Received;
  readonly onOpen: (received: Received) => void;
}

/** Drawn once: five hundred of them are there while new ones come every moment. */
const EventLine = memo(function EventLine({ received, onOpen }: EventLineProps) {
  const { language } = useSpeech();
  const { id, type, time, subject, projectid: project, source } = received.event;
  return (
    <li>
      <button
        type="button"
        className="event"
        data-event={type}
        data-subject={subject}
        data-event-id={id}
        onClick={() => {
          onOpen(received);
        }}
      >
        <span className="event-head">
          <strong>{type}</strong>
          <Tag color={colourOf(type)}>{source.replace('/imago/', '')}</Tag>
          <time dateTime={time}>{timeFor(language, time)}</time>
        </span>
        <span className="fine">
          <code>{subject}</code> · <code>{project}</code>
        </span>
      </button>
    </li>
  );
});

/** Trouble is seen from afar. */
function colourOf(type: string): string {
  if (/(Failed|Refused|Rejected)$/.test(type)) return 'error';
  if (/(Cancelled|Deleted|Unshared|Deactivated|Reached)$/.test(type)) return 'warning';
  return 'default';
}
