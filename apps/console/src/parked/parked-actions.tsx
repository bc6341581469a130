import { Button } from 'antd';
import { useState } from 'react';
import { ConfirmDialog } from '../actions/confirm-dialog.tsx';
import { useAction } from '../actions/use-action.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useOperatorWords } from '../language/operator.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { ParkedMessage } from './parked-message.ts';

/** Tries a message again, which does nothing twice, or gives it up, which is asked for once more. */
export function ParkedActions({ message }: { readonly message: ParkedMessage }) {
  const { parked: words } = useOperatorWords();
  const { api } = useGateway();
  const [asking, setAsking] = useState(false);
  const { service, id, type } = message;
  const params = { path: { service, message_id: id } };
  const replaying = useAction({
    act: () => api.POST('/v1/operator/parked/{service}/{message_id}/replay', { params }),
    areas: ['operations'],
    said: () => words.replayed,
  });
  const dropping = useAction({
    act: () => api.DELETE('/v1/operator/parked/{service}/{message_id}', { params }),
    areas: ['operations'],
    said: () => words.dropped,
  });
  return (
    <>
      <Button
        size="small"
        loading={replaying.isPending}
        onClick={() => {
          replaying.mutate();
        }}
      >
        {words.replay}
      </Button>
      <Button
        size="small"
        danger
        onClick={() => {
          setAsking(true);
        }}
      >
        {words.drop}
      </Button>
      {replaying.isError && <ProblemAlert error={replaying.error} />}
      <ConfirmDialog
        open={asking}
        title={words.dropAsk(type ?? words.noType, service)}
        verb={words.drop}
        action={dropping}
        onClose={() => {
          setAsking(false);
        }}
      >
        {words.dropWhat}
      </ConfirmDialog>
    </>
  );
}
