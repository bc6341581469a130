import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useMakingWords } from '../language/making.ts';
import { FileDrop } from './file-drop.tsx';
import { UnfinishedUploads } from './unfinished-uploads.tsx';
import type { Upload } from './upload-door.ts';
import { UploadProgress } from './upload-progress.tsx';
import { useUpload } from './use-upload.ts';

interface UploadFieldProps {
  /** The id of an upload that is whole; null until there is one. */
  readonly value?: string | null;
  readonly onChange?: (value: string | null) => void;
  /** Told of the file as soon as it is chosen. */
  readonly onFile?: (name: string) => void;
}

/** A field of a form whose value is a file of this computer, once the store has it. */
export function UploadField({ value = null, onChange, onFile }: UploadFieldProps) {
  const { uploads: words } = useMakingWords();
  const controls = useUpload();
  const { upload, state, send } = controls;
  const [taken, setTaken] = useState<Upload | null>(null);
  const sent = state?.phase === 'completed' ? (state.upload?.id ?? null) : null;
  const whole = taken?.id ?? sent;
  useEffect(() => {
    if (whole !== value) onChange?.(whole);
  }, [whole, value, onChange]);
  const begin = (file: File, known: Upload | null): void => {
    onFile?.(file.name);
    send(file, known);
  };
  if (taken !== null)
    return (
      <div className="upload" data-upload={taken.id} data-phase="completed">
        <div className="upload-head">
          <strong>{taken.name ?? words.unnamed}</strong>
          <span role="status">{words.finished}</span>
        </div>
        <Button
          size="small"
          onClick={() => {
            setTaken(null);
          }}
        >
          {words.other}
        </Button>
      </div>
    );
  if (upload !== null && state !== null) return <UploadProgress {...{ upload, state, controls }} />;
  return (
    <>
      <UnfinishedUploads
        onFile={begin}
        onUse={(known) => {
          onFile?.(known.name ?? '');
          setTaken(known);
        }}
      />
      <FileDrop
        label={words.drop}
        hint={words.dropHint}
        onFile={(file) => {
          begin(file, null);
        }}
      />
    </>
  );
}
