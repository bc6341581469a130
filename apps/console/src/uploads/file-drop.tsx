import { type ChangeEvent, type DragEvent, useState } from 'react';

interface FileDropProps {
  readonly label: string;
  readonly hint: string;
  readonly onFile: (file: File) => void;
}

/** A place for a file: chosen by hand or key, or dropped. */
export function FileDrop({ label, hint, onFile }: FileDropProps) {
  const [over, setOver] = useState(false);
  const take = (files: FileList | null): void => {
    const file = files?.[0];
    if (file !== undefined) onFile(file);
  };
  return (
    <label
      className="file-drop"
      data-over={over}
      onDragOver={(event: DragEvent) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <input
        type="file"
        className="for-readers"
        onChange={(event: ChangeEvent<HTMLInputElement>) => {
          take(event.target.files);
          event.target.value = ''; // the same file may be chosen again
        }}
      />
      <span className="file-drop-label">{label}</span>
      <span className="fine">{hint}</span>
    </label>
  );
}
