import type { Request } from 'express';

/** A host name or address with an optional port; anything else in a Host header is somebody trying something. */
const HOST = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$/;

/** How clients reach the gateway. Links and the identity catalog begin with it. */
export class PublicUrl {
  readonly #configured: string | undefined;

  constructor(configured: string | undefined) {
    this.#configured = configured?.replace(/\/+$/, '');
  }

  /** Without a slash at the end: the configured URL, or the one the client itself used. */
  of(request: Request): string {
    if (this.#configured !== undefined) return this.#configured;
    const host = request.headers.host ?? '';
    const { localAddress = '127.0.0.1', localPort = 80 } = request.socket;
    return `${request.protocol}://${HOST.test(host) ? host : `${localAddress}:${localPort}`}`;
  }
}
