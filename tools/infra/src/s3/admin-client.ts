import { createHash } from 'node:crypto';
import { ADMIN_PREFIX } from './access-keys.ts';
import { signingKey, signRequestParts, SIGNING_ALGORITHM, scopeText } from './canonical-request.ts';
import type { AccessKey } from './state.ts';

const TIMEOUT_MS = 10_000;

export interface S3AdminOptions {
  readonly endpoint: string;
  readonly region?: string;
  readonly adminKey: { readonly access_key: string; readonly secret_key: string };
}

/** The administrator of an embedded S3 server that runs in another process. All calls may be repeated. */
export class S3Admin {
  readonly #options: S3AdminOptions;

  constructor(options: S3AdminOptions) {
    this.#options = options;
  }

  /** Adds or replaces an access key. */
  async addKey({ access_key, ...document }: AccessKey): Promise<void> {
    await this.#send('PUT', `/${ADMIN_PREFIX}/keys/${access_key}`, JSON.stringify(document));
  }

  async removeKey(accessKey: string): Promise<void> {
    await this.#send('DELETE', `/${ADMIN_PREFIX}/keys/${accessKey}`, '');
  }

  async #send(method: string, path: string, document: string): Promise<void> {
    const url = new URL(path, this.#options.endpoint);
    const headers = this.#sign(method, url, document);
    const body = document === '' ? null : document;
    const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    if (response.status === 204) return;
    throw new Error(`S3 server refused ${method} ${path}: ${response.status} ${/<Code>(\w+)/.exec(text)?.[1] ?? ''}`);
  }

  #sign(method: string, url: URL, body: string): Record<string, string> {
    const { adminKey, region = 'us-east-1' } = this.#options;
    const timestamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
    const scope = { date: timestamp.slice(0, 8), region };
    const payloadHash = createHash('sha256').update(body).digest('hex');
    const headers = { host: url.host, 'x-amz-content-sha256': payloadHash, 'x-amz-date': timestamp };
    const parts = { method, path: url.pathname, query: [], headers: new Map(Object.entries(headers)), payloadHash };
    const signature = signRequestParts(parts, signingKey(adminKey.secret_key, scope), { timestamp, scope });
    const credential = `Credential=${adminKey.access_key}/${scopeText(scope)}`;
    const signed = `SignedHeaders=${Object.keys(headers).sort().join(';')}`;
    return { ...headers, authorization: `${SIGNING_ALGORITHM} ${credential}, ${signed}, Signature=${signature}` };
  }
}
