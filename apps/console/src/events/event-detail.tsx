import type { EventEnvelope } from '@imago/contracts';
import { Button, Drawer } from 'antd';
import { useWords } from '../language/language.ts';

interface EventDetailProps {
  /** Null: closed. */
  readonly event: Pick<EventEnvelope, 'type'> | null;
  readonly onClose: () => void;
}

/** The whole event, as it was told. */
export function EventDetail({ event, onClose }: EventDetailProps) {
  const { feed: words } = useWords();
  const text = event === null ? '' : JSON.stringify(event, null, 2);
  return (
    <Drawer
      open={event !== null}
      onClose={onClose}
      title={event === null ? words.detail : `${words.detail}: ${event.type}`}
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
