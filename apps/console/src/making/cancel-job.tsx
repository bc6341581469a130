import { Button } from 'antd';
import { useState } from 'react';
import { ConfirmDialog } from '../actions/confirm-dialog.tsx';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useMakingWords } from '../language/making.ts';
import type { Job } from './job.ts';

/** Gives an image in the making up. */
export function CancelJob({ job, name }: { readonly job: Job; readonly name: string }) {
  const { job: words } = useMakingWords();
  const { api } = useGateway();
  const [open, setOpen] = useState(false);
  const action = useAction({
    act: () => answered(api.POST('/v1/jobs/{job_id}/cancel', { params: { path: { job_id: job.id } }, body: {} })),
    areas: ['jobs', 'images', 'servers'],
  });
  return (
    <>
      <Button
        danger
        disabled={job.state === 'cancelling'}
        onClick={() => {
          setOpen(true);
        }}
      >
        {words.cancel}
      </Button>
      <ConfirmDialog
        {...{ open, action }}
        title={words.cancelTitle(name)}
        verb={words.cancel}
        onClose={() => {
          setOpen(false);
        }}
      >
        <p>{words.cancelLead}</p>
      </ConfirmDialog>
    </>
  );
}
