import { useQueryClient } from '@tanstack/react-query';
import { Button, Progress } from 'antd';
import { useState } from 'react';
import { ConfirmDialog } from '../actions/confirm-dialog.tsx';
import { useAction } from '../actions/use-action.ts';
import { bytesFor, durationOf } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useMakingWords } from '../language/making.ts';
import type { FileUpload, UploadState } from './file-upload.ts';
import { UploadFault } from './upload-fault.tsx';
import type { UploadControls } from './use-upload.ts';

interface UploadProgressProps {
  readonly upload: FileUpload;
  readonly state: UploadState;
  readonly controls: UploadControls;
}

/** How far a file is, and what can be done with it on its way. */
export function UploadProgress({ upload, state, controls }: UploadProgressProps) {
  const { uploads: words } = useMakingWords();
  const { phase, error } = state;
  return (
    <div className="upload" data-upload={state.upload?.id} data-phase={phase}>
      <div className="upload-head">
        <strong>{upload.file.name}</strong>
        <span role="status">{words.phase[phase]}</span>
      </div>
      <Figures state={state} />
      {phase === 'failed' && <UploadFault error={error} />}
      <div className="upload-actions">
        <Resume upload={upload} phase={phase} controls={controls} />
        {phase === 'completed' ? (
          <Button size="small" onClick={controls.clear}>
            {words.other}
          </Button>
        ) : (
          <Abandon upload={upload} controls={controls} />
        )}
      </div>
    </div>
  );
}

function Figures({ state }: { readonly state: UploadState }) {
  const { uploads: words } = useMakingWords();
  const { language } = useSpeech();
  const { phase, arrived, size, rate, secondsLeft } = state;
  const percent = size === 0 ? 0 : Math.floor((arrived / size) * 100);
  const bytes = (count: number): string => bytesFor(language, String(Math.round(count)));
  const barred = phase === 'failed' ? 'exception' : phase === 'completed' ? 'success' : 'normal';
  return (
    <>
      <Progress percent={percent} status={barred} aria-label={words.progress} />
      <div className="fine upload-figures">
        <span>{words.figures(bytes(arrived), bytes(size))}</span>
        {rate !== null && <span>{words.rate(bytes(rate))}</span>}
        {secondsLeft !== null && <span>{words.left(durationOf(secondsLeft))}</span>}
      </div>
    </>
  );
}

interface ResumeProps {
  readonly upload: FileUpload;
  readonly phase: UploadState['phase'];
  readonly controls: UploadControls;
}

/** Pauses what flows, and lets go on what does not. */
function Resume({ upload, phase, controls: { door } }: ResumeProps) {
  const { uploads: words } = useMakingWords();
  if (phase === 'completed' || phase === 'completing') return null;
  if (phase === 'paused' || phase === 'failed')
    return (
      <Button size="small" type="primary" onClick={() => void upload.start(door)}>
        {phase === 'paused' ? words.resume : words.again}
      </Button>
    );
  return (
    <Button
      size="small"
      onClick={() => {
        upload.pause();
      }}
    >
      {words.pause}
    </Button>
  );
}

function Abandon({ upload, controls }: { readonly upload: FileUpload; readonly controls: UploadControls }) {
  const { uploads: words } = useMakingWords();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const action = useAction({
    act: () => upload.abandon(),
    areas: [],
    done: () => {
      controls.clear();
      void queries.invalidateQueries({ queryKey: ['uploads'] });
    },
  });
  return (
    <>
      <Button
        size="small"
        danger
        onClick={() => {
          setOpen(true);
        }}
      >
        {words.abandon}
      </Button>
      <ConfirmDialog
        {...{ open, action }}
        title={words.abandonTitle(upload.file.name)}
        verb={words.abandon}
        onClose={() => {
          setOpen(false);
        }}
      >
        <p>{words.abandonLead}</p>
      </ConfirmDialog>
    </>
  );
}
