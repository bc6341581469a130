import { type Refusal, refusal } from '@imago/contracts';
import { StandardSchemaValidationPipe } from '@nestjs/common';

/** One thing a schema has against a value. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Zod names the fields it does not know here, on an issue about the object around them. */
  readonly keys?: readonly string[];
}

/** More faults than anybody corrects at a time. */
const MOST_ERRORS = 50;

/** The refusal of a request whose fields are wrong: each with its path and what is wrong with it, never a value. */
export function invalidFields(issues: readonly Issue[]): Refusal {
  const errors = issues.flatMap(describe).slice(0, MOST_ERRORS);
  return refusal('request.invalid', 'The request has missing, wrong or unknown fields.', { errors });
}

/** Validates every parameter that names a schema, as in `@Body({ schema })`, before the handler runs. */
export function schemaPipe(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({ exceptionFactory: (issues) => invalidFields(issues) });
}

function describe(issue: Issue): { path: string; message: string }[] {
  const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step));
  if (issue.keys === undefined) return [{ path: path.join('.'), message: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key.slice(0, 64)].join('.'), message: 'is not a known field' }));
}
