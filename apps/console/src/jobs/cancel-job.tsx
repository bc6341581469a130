import type { JobView } from '@imago/contracts';
import { Button } from 'antd';
import { useState } from 'react';
import { ConfirmDialog } from '../actions/confirm-dialog.tsx';
import { useAction } from '../actions/use-action.ts';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { useWords } from '../language/language.ts';
import { isCancellable } from './job-states.ts';

/** Puts an end to a job that has not ended; nothing is shown of one that has. */
export function CancelJob({ job }: { readonly job: Pick<JobView, 'id' | 'type' | 'state'> }) {
  const { jobs: words } = useWords();
  const { api } = useGateway();
  const [asking, setAsking] = useState(false);
  const name = words.type[job.type];
  const cancelling = useAction({
    act: () => answered(api.POST('/v1/jobs/{job_id}/cancel', { params: { path: { job_id: job.id } }, body: {} })),
    areas: ['jobs'],
    said: () => words.cancelled(name),
  });
  if (!isCancellable(job) && !asking) return null;
  return (
    <>
      <Button
        size="small"
        onClick={() => {
          setAsking(true);
        }}
      >
        {words.cancel}
      </Button>
      <ConfirmDialog
        open={asking}
        title={words.cancelAsk(name, job.id.slice(0, 8))}
        verb={words.cancel}
        action={cancelling}
        onClose={() => {
          setAsking(false);
        }}
      >
        {words.cancelWhat}
      </ConfirmDialog>
    </>
  );
}
