import { Form } from 'antd';
import { useState } from 'react';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useUpload } from '../uploads/use-upload.ts';
import { ConfirmImport } from './confirm-import.tsx';
import { FileFields } from './file-fields.tsx';
import { freshKey } from './fresh-key.ts';
import { type ImportDraft, importOf } from './import-draft.ts';
import { keptDraft } from './kept-draft.ts';

interface FromFileProps {
  readonly onMade: (jobId: string) => void;
}

/** An image of a file: where it is and what it is to be, then what an import would meet, before it is made. */
export function FromFile({ onMade }: FromFileProps) {
  const { api } = useGateway();
  const { clear } = useUpload();
  const [form] = Form.useForm<ImportDraft>();
  const [confirming, setConfirming] = useState<{ draft: ImportDraft; key: string } | null>(null);
  const action = useAction<ImportDraft, { id: string }>({
    act: (draft) =>
      answered(
        api.POST('/v1/imports', {
          body: importOf(draft),
          headers: { 'idempotency-key': confirming?.key ?? freshKey() },
        }),
      ),
    areas: ['images', 'jobs', 'quotas'],
    done: ({ id }) => {
      keptDraft.clear();
      if (confirming?.draft.place === 'upload') clear();
      onMade(id);
    },
  });
  return (
    <>
      <div hidden={confirming !== null}>
        <FileFields
          form={form}
          onFinish={(draft) => {
            setConfirming({ draft, key: freshKey() });
          }}
        />
      </div>
      {confirming !== null && (
        <ConfirmImport
          draft={confirming.draft}
          {...{ action }}
          onBack={() => {
            action.reset();
            setConfirming(null);
          }}
        />
      )}
    </>
  );
}
