import { connect } from 'node:net';
import { signedHeaders } from './signed-request.ts';
import type { SignedRequest, SigningAccount } from './signed-request.ts';

/** Sends these bytes over a connection of their own. Answers as `400 BadRequest`, or `cut` when nothing came back. */
export function sendRaw(
  endpoint: string,
  bytes: string | Buffer,
  options: { cutAfterMs?: number } = {},
): Promise<string> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((done) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(bytes);
      if (options.cutAfterMs !== undefined) setTimeout(() => socket.destroy(), options.cutAfterMs);
    });
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => undefined); // seen by 'close'
    socket.on('close', () => {
      const status = /^HTTP\/1\.1 (\d{3})/m.exec(text)?.[1];
      const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
      done(status === undefined ? 'cut' : [status, code].filter(Boolean).join(' '));
    });
  });
}

export interface RawRequest extends SignedRequest {
  readonly body?: string | Buffer;
  /** Sent, but not signed; `content-length` is that of the body when it is not named here. */
  readonly unsigned?: Readonly<Record<string, string>>;
}

/** Sends a signed request byte by byte as it is described, without a client that would put it right. */
export async function send(account: SigningAccount, request: RawRequest): Promise<string> {
  return sendRaw(account.endpoint, await requestBytes(account, request));
}

export async function requestBytes(account: SigningAccount, request: RawRequest): Promise<Buffer> {
  const { method, path, query = {}, body = '', unsigned = {} } = request;
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const headers = { ...(await signedHeaders(account, request)), ...length, connection: 'close', ...unsigned };
  const search = new URLSearchParams(query).toString();
  const head = [
    `${method} ${path}${search === '' ? '' : `?${search}`} HTTP/1.1`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}
