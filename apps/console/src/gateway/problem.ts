/** What the gateway refused, in its own words. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly remedy: string | null;
  readonly requestId: string | null;
  /** What was wrong with which field of what was sent. */
  readonly errors: readonly FieldFault[];

  constructor({ status, code, detail, remedy, requestId, errors = [] }: ProblemFields) {
    super(detail);
    this.status = status;
    this.code = code;
    this.remedy = remedy;
    this.requestId = requestId;
    this.errors = errors;
  }
}

export interface ProblemFields {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly remedy: string | null;
  readonly requestId: string | null;
  readonly errors?: readonly FieldFault[];
}

export interface FieldFault {
  readonly path: string;
  readonly message: string;
}

/** The refusal an answer holds: problem details of `/v1`, the form of Keystone under `/v3`, or what a proxy made up. */
export async function problemOf(response: Response): Promise<Problem> {
  const body = await response.text().then(parsed, () => ({}));
  const keystone = objectAt(body, 'error');
  return new Problem({
    status: response.status,
    code: textAt(body, 'code') ?? response.headers.get('x-imago-error-code') ?? 'http',
    detail: textAt(body, 'detail') ?? textAt(keystone, 'message') ?? `${response.status} ${response.statusText}`,
    remedy: textAt(body, 'remedy'),
    requestId: textAt(body, 'request_id') ?? response.headers.get('x-openstack-request-id'),
    errors: faultsAt(body, 'errors'),
  });
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(text: string): Fields {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return {};
  }
}

function objectAt(fields: Fields, key: string): Fields {
  return asFields(fields[key]);
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textAt(fields: Fields, key: string): string | null {
  const value = fields[key];
  return typeof value === 'string' ? value : null;
}

function faultsAt(fields: Fields, key: string): readonly FieldFault[] {
  const faults: unknown = fields[key];
  if (!Array.isArray(faults)) return [];
  return faults.map(asFields).flatMap((fault) => {
    const message = textAt(fault, 'message');
    return message === null ? [] : [{ path: textAt(fault, 'path') ?? '', message }];
  });
}
