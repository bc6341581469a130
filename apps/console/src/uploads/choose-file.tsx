import { Button } from 'antd';
import { useRef } from 'react';

interface ChooseFileProps {
  readonly label: string;
  /** What it is called among others like it. */
  readonly named: string;
  readonly onFile: (file: File) => void;
}

/** A button that asks for a file. */
export function ChooseFile({ label, named, onFile }: ChooseFileProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button size="small" aria-label={named} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        onChange={({ target }) => {
          const file = target.files?.[0];
          target.value = ''; // the same file may be chosen again
          if (file !== undefined) onFile(file);
        }}
      />
    </>
  );
}
