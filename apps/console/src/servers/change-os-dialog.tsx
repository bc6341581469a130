import { Alert, Form } from 'antd';
import { useState } from 'react';
import { ConfirmDialog } from '../actions/confirm-dialog.tsx';
import { useServersWords } from '../language/servers.ts';
import { ImageSelect } from './image-select.tsx';
import type { Server } from './server.ts';
import { useOsChange } from './use-server-orders.ts';

/** 更换操作系统: another image for a stopped server. */
export function ChangeOsDialog({ server, onClose }: { readonly server: Server; readonly onClose: () => void }) {
  const { changeOs: words, create } = useServersWords();
  const [image, setImage] = useState<string | null>(null);
  const [isMissing, setMissing] = useState(false);
  const change = useOsChange(server, image);
  const checked: typeof change = {
    ...change,
    mutate: (wanted, options) => {
      setMissing(image === null);
      if (image !== null) change.mutate(wanted, options);
    },
  };
  return (
    <ConfirmDialog open title={words.title(server.name)} verb={words.submit} action={checked} onClose={onClose}>
      <Alert type="warning" showIcon title={words.lead} />
      <Form layout="vertical" className="dialog-form">
        <Form.Item
          label={create.image}
          htmlFor="change-os-image"
          required
          validateStatus={isMissing ? 'error' : ''}
          help={isMissing ? create.imageMissing : undefined}
        >
          <ImageSelect
            id="change-os-image"
            value={image}
            onChange={(id) => {
              setImage(id);
              setMissing(false);
            }}
          />
        </Form.Item>
      </Form>
    </ConfirmDialog>
  );
}
