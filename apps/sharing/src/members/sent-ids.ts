import { type ErrorCode, type RefusalDocument, refusal, type ShareRecord } from '@imago/contracts';

/** What became of one id of a request. */
export interface ShareAnswer {
  readonly share: ShareRecord | null;
  readonly error: RefusalDocument | null;
}

export function done(share: ShareRecord): ShareAnswer {
  return { share, error: null };
}

export function refused(code: ErrorCode, message: string, details?: Readonly<Record<string, unknown>>): ShareAnswer {
  return { share: null, error: refusal(code, message, details).toDocument() };
}

/**
 * Answers each id of a request by itself, in its order and one after the other; one that was named before is refused as
 * repeated.
 */
export async function answerEach(
  ids: readonly string[],
  answer: (id: string) => Promise<ShareAnswer>,
): Promise<readonly (ShareAnswer & { readonly id: string })[]> {
  const seen = new Set<string>();
  const answers: (ShareAnswer & { readonly id: string })[] = [];
  for (const id of ids) {
    const given = seen.has(id) ? refused('share.repeated', `'${id}' is named more than once.`) : await answer(id);
    seen.add(id);
    answers.push({ id, ...given });
  }
  return answers;
}
