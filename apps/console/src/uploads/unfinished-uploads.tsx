import { useQuery } from '@tanstack/react-query';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { answered } from '../gateway/gateway.ts';
import { useGateway } from '../gateway/use-gateway.ts';
import { bytesFor } from '../jobs/job-figures.ts';
import { useSpeech } from '../language/language.ts';
import { useMakingWords } from '../language/making.ts';
import { ChooseFile } from './choose-file.tsx';
import { differencesOf, type FileDifference } from './same-file.ts';
import { uploadDesk } from './upload-desk.ts';
import type { Upload } from './upload-door.ts';

interface UnfinishedUploadsProps {
  /** Goes on with an upload. */
  readonly onFile: (file: File, upload: Upload) => void;
  /** Takes one that is whole. */
  readonly onUse: (upload: Upload) => void;
}

/** Most that are shown. */
const MOST = 10;

/** What of this project waits in the store: files that were cut off, and files nobody has made an image of. */
export function UnfinishedUploads({ onFile, onUse }: UnfinishedUploadsProps) {
  const { uploads: words } = useMakingWords();
  const { api, region } = useGateway();
  const [other, setOther] = useState<{ upload: Upload; differences: readonly FileDifference[] } | null>(null);
  const { data } = useQuery({
    queryKey: ['uploads', region],
    queryFn: ({ signal }) => answered(api.GET('/v1/uploads', { params: { query: { limit: '50' } }, signal })),
  });
  const waiting = (data?.uploads ?? []).filter(({ state }) => state === 'open' || state === 'completed').slice(0, MOST);
  if (waiting.length === 0) return null;
  const goOn = (file: File, upload: Upload): void => {
    const known = { name: upload.name ?? file.name, size: Number(upload.size) };
    const differences = differencesOf(file, { ...known, lastModified: uploadDesk.files.lastModifiedOf(upload.id) });
    if (differences.length === 0) onFile(file, upload);
    setOther(differences.length === 0 ? null : { upload, differences });
  };
  return (
    <section className="unfinished" aria-labelledby="unfinished-title">
      <h3 id="unfinished-title">{words.unfinished}</h3>
      <p className="fine">{words.unfinishedLead}</p>
      {other !== null && (
        <Alert
          type="warning"
          showIcon
          role="alert"
          title={words.otherFile(other.upload.name ?? words.unnamed)}
          description={`${other.differences.map((each) => words.differs[each]).join('，')}。${words.chooseSame}`}
        />
      )}
      <ul>
        {waiting.map((upload) => (
          <Waiting key={upload.id} {...{ upload, onUse }} onFile={goOn} />
        ))}
      </ul>
    </section>
  );
}

function Waiting({ upload, onFile, onUse }: UnfinishedUploadsProps & { readonly upload: Upload }) {
  const { uploads: words } = useMakingWords();
  const { language } = useSpeech();
  const name = upload.name ?? words.unnamed;
  return (
    <li data-unfinished={upload.id}>
      <span className="unfinished-name">{name}</span>
      <span className="fine">{bytesFor(language, upload.size)}</span>
      {upload.state === 'completed' ? (
        <Button
          size="small"
          aria-label={words.useNamed(name)}
          onClick={() => {
            onUse(upload);
          }}
        >
          {words.use}
        </Button>
      ) : (
        <ChooseFile
          label={words.goOn}
          named={words.goOnNamed(name)}
          onFile={(file) => {
            onFile(file, upload);
          }}
        />
      )}
    </li>
  );
}
