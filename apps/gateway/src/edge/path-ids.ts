import { type ErrorCode, refusal } from '@imago/contracts';
import { z } from 'zod';

/**
 * The id in a path. What is no UUID names nothing, so it is not found, not invalid: clients look things up by name
 * this way first.
 * @throws Refusal with the given code
 */
export function idInPath(text: string, code: ErrorCode & `${string}.not_found`): string {
  const id = z.uuid().safeParse(text);
  if (id.success) return id.data.toLowerCase();
  throw refusal(code, `There is no such ${code.split('.')[0] ?? 'thing'}.`);
}
