import type { JobView } from '@imago/contracts';
import { useWords } from '../language/language.ts';

/** Why a job failed or was cancelled, in the words of who ended it, and what to do. */
export function JobReason({ error }: { readonly error: NonNullable<JobView['error']> }) {
  const { problem } = useWords();
  return (
    <div className="reason">
      <strong>{error.message}</strong>
      <div>
        {problem.remedy}: {error.remedy}
      </div>
      <div className="fine">
        {problem.code}: <code>{error.code}</code>
      </div>
    </div>
  );
}
