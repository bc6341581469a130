import { Problem } from '../../gateway/problem.ts';
import { ProblemAlert } from '../../problem/problem-alert.tsx';
import type { Image } from '../image.ts';

/** Why an image could not be made, and what to do. */
export function FailureReason({ image }: { readonly image: Image }) {
  const { error_code: code, error_message: detail, error_remedy: remedy } = image;
  if (code === undefined || detail === undefined) return null;
  return <ProblemAlert error={new Problem({ status: 0, code, detail, remedy: remedy ?? null, requestId: null })} />;
}
