import {
  ObjectChangedError,
  ObjectNotFoundError,
  ObjectStoreAccessError,
  ObjectStoreError,
  ObjectStoreUnavailableError,
  ObjectStoreUnsupportedError,
} from './object-store.errors.ts';

/** What the SDK puts on the errors it throws. */
interface Failure extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: unknown;
}

/** S3's words for "again, please", whatever status they come with. */
const PASSING = new Set([
  'BadDigest',
  'IncompleteBody',
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'RequestTimeTooSkewed', // the SDK has learned the store's time by then
  'ServiceUnavailable',
  'SlowDown',
  'TooManyRequests',
]);
const PASSING_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
/** What went wrong in the words of the port. An error that does not come from the store is a bug and stays as it is. */
export function storeErrorOf(thrown: unknown, what: string): Error {
  if (thrown instanceof ObjectStoreError) return thrown;
  if (!(thrown instanceof Error)) return new Error(String(thrown));
  const kind = kindOf(thrown);
  if (kind === 'bug') return thrown;
  const { name, message } = thrown;
  return new ERRORS[kind](`${what}: ${message === '' || message === name ? name : `${name}: ${message}`}`, {
    cause: thrown,
  });
}

const ERRORS = {
  not_found: ObjectNotFoundError,
  changed: ObjectChangedError,
  access: ObjectStoreAccessError,
  passing: ObjectStoreUnavailableError,
  unsupported: ObjectStoreUnsupportedError,
  refused: ObjectStoreError,
};

function kindOf({ name, $metadata, $response }: Failure): keyof typeof ERRORS | 'bug' {
  const status = $metadata?.httpStatusCode;
  if (PASSING.has(name) || (status !== undefined && PASSING_STATUS.has(status))) return 'passing';
  if (name === 'NoSuchBucket' || status === 401 || status === 403) return 'access';
  if (status === 404) return 'not_found';
  if (status === 412) return 'changed';
  if (name === 'NotImplemented' || status === 501) return 'unsupported';
  return status === undefined && $response === undefined ? 'bug' : 'refused';
}
