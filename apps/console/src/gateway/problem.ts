/** What the gateway refused, in its own words. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly remedy: string | null;
  readonly requestId: string | null;

  constructor({ status, code, detail, remedy, requestId }: ProblemFields) {
    super(detail);
    this.status = status;
    this.code = code;
    this.remedy = remedy;
    this.requestId = requestId;
  }
}

export interface ProblemFields {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly remedy: string | null;
  readonly requestId: string | null;
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
