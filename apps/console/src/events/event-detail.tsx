import { Button, Drawer } from 'antd';
import { useWords } from '../language/language.ts';
import type { Received } from './event-feed.ts';

interface EventDetailProps {
  /** Null: closed. */
  readonly received: Received | null;
  readonly onClose: () => void;
}

/** The whole event, as it was told. */
export function EventDetail({ received, onClose }: EventDetailProps) {
  const { feed: words } = useWords();
  const text = received === null ? '' : JSON.stringify(received.event, null, 2);
  return (
    <Drawer
      open={received !== null}
      onClose={onClose}
      title={received === null ? words.detail : `${words.detail}: ${received.event.type}`}
      size="large"
      closable={{ 'aria-label': words.close }}
      destroyOnHidden
      extra={
        <Button size="small" onClick={() => void navigator.clipboard.writeText(text)}>
          {words.copy}
        </Button>
      }
    >
      <pre className="json" tabIndex={0}>
        {text}
      </pre>
    </Drawer>
  );
}
