import { Form } from 'antd';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { ConfirmCapture } from './confirm-capture.tsx';
import { type CaptureDraft, captureOf } from './capture-draft.ts';
import { CaptureFields } from './capture-fields.tsx';
import { freshKey } from './fresh-key.ts';

interface FromServerProps {
  readonly onMade: (jobId: string) => void;
}

/** An image of a stopped server: what it is to be, then once more to look at before it is made. */
export function FromServer({ onMade }: FromServerProps) {
  const { api } = useGateway();
  const [search] = useSearchParams();
  const [form] = Form.useForm<CaptureDraft>();
  const [confirming, setConfirming] = useState<{ draft: CaptureDraft; key: string } | null>(null);
  const action = useAction<CaptureDraft, { id: string }>({
    act: (draft) =>
      answered(
        api.POST('/v1/captures', {
          body: captureOf(draft),
          headers: { 'idempotency-key': confirming?.key ?? freshKey() },
        }),
      ),
    areas: ['images', 'jobs', 'servers', 'quotas'],
    done: ({ id }) => {
      onMade(id);
    },
  });
  return (
    <>
      <div hidden={confirming !== null}>
        <CaptureFields
          form={form}
          serverId={search.get('server')}
          onFinish={(draft) => {
            setConfirming({ draft, key: freshKey() });
          }}
        />
      </div>
      {confirming !== null && (
        <ConfirmCapture
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
