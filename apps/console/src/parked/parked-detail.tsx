import { Drawer } from 'antd';
import { useOperatorWords } from '../language/operator.ts';
import type { ParkedMessage } from './parked-message.ts';

interface ParkedDetailProps {
  /** Null: closed. */
  readonly message: ParkedMessage | null;
  readonly onClose: () => void;
}

/** What is in a message, so that somebody can decide. */
export function ParkedDetail({ message, onClose }: ParkedDetailProps) {
  const { parked: words } = useOperatorWords();
  return (
    <Drawer
      open={message !== null}
      onClose={onClose}
      title={words.detail(message?.type ?? words.noType)}
      size="large"
      closable={{ 'aria-label': words.close }}
      destroyOnHidden
    >
      {message !== null && (
        <>
          <p>{message.error}</p>
          <h2>{words.body}</h2>
          <pre className="json" tabIndex={0}>
            {readable(message.body)}
          </pre>
        </>
      )}
    </Drawer>
  );
}

/** With a line for each field, where it is JSON; as it is, where it is not, or was cut. */
function readable(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
