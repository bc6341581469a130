import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './s3-under-test.ts';

export interface SignedRequest {
  readonly method: string;
  /** As it stands in the request line, percent-encoded; without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is said of the body in x-amz-content-sha256. */
  readonly payload?: string;
  readonly signingDate?: Date;
}

/** Who signs, and where the request goes. */
export interface SigningAccount {
  readonly endpoint: string;
  readonly region: string;
  readonly owner: Credentials;
}

/** The headers of a request signed by AWS's own signer, for requests that its SDK would never send. */
export async function signedHeaders(
  { endpoint, region, owner }: SigningAccount,
  { method, path, query = {}, headers = {}, payload = 'UNSIGNED-PAYLOAD', signingDate = new Date() }: SignedRequest,
): Promise<Record<string, string>> {
  const { host, hostname, port } = new URL(endpoint);
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials: owner,
    sha256: NodeSha256,
    uriEscapePath: false,
    applyChecksum: true,
  });
  const request = {
    protocol: 'http:',
    hostname,
    port: Number(port),
    method,
    path,
    query: { ...query },
    headers: { host, 'x-amz-content-sha256': payload, ...headers },
  };
  const { headers: signed } = await signer.sign(request, { signingDate });
  return signed;
}

/** The signer's idea of a hash. */
class NodeSha256 {
  readonly #running;

  constructor(secret?: unknown) {
    this.#running = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer);
  }

  update(bytes: string | ArrayBuffer | ArrayBufferView): void {
    this.#running.update(bytes as string | Buffer);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#running.digest()));
  }

  reset(): void {
    throw new Error('the signer never does this');
  }
}
