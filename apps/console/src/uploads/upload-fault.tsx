import { Alert } from 'antd';
import { useMakingWords } from '../language/making.ts';
import { useWords } from '../language/language.ts';
import { ProblemAlert } from '../problem/problem-alert.tsx';
import type { MakingWords } from '../language/making.zh.ts';
import { UnreadableFileError } from './file-hasher.ts';
import { UploadEndedError } from './file-upload.ts';
import { StoreRefusalError, StoreUnreachableError } from './put-part.ts';

/** Why a file does not go on, and what to do. */
export function UploadFault({ error }: { readonly error: unknown }) {
  const { uploads: words } = useMakingWords();
  const { problem } = useWords();
  const told = toldOf(error, words);
  if (told === null) return <ProblemAlert error={error} />;
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={told.title}
      description={told.remedy !== null && `${problem.remedy}: ${told.remedy}`}
    />
  );
}

/** Null: the gateway has said it, or did not answer. */
function toldOf(error: unknown, words: MakingWords['uploads']): { title: string; remedy: string | null } | null {
  if (error instanceof UnreadableFileError) return { title: words.unreadable, remedy: words.chooseAgain };
  if (error instanceof StoreRefusalError)
    return { title: words.refused(error.message), remedy: words.unreachableRemedy };
  if (error instanceof StoreUnreachableError) return { title: words.unreachable, remedy: words.unreachableRemedy };
  if (error instanceof UploadEndedError)
    return { title: error.code === null ? words.ended : error.message, remedy: error.remedy };
  return null;
}
