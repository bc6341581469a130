import type { LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';

/** A request as the SDK has signed it. */
export interface SignedRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Decides which addresses are connected to, for stores that are not the installation's own. */
export interface ConnectionGuard {
  /** In the place of the system's: finds a name's addresses, or fails when one of them may not be reached. */
  readonly lookup: LookupFunction;
  /** @throws Error when `host` is an address, which no socket looks up, and may not be reached. */
  requireAddress(host: string): void;
}

export interface TransportLimits {
  /** Absent: every address may be reached. */
  readonly guard?: ConnectionGuard;
  /** Certificates (PEM) of authorities trusted instead of the usual ones. */
  readonly ca?: readonly string[];
  readonly max_sockets: number;
  /** Milliseconds until a connection stands. */
  readonly connect_ms: number;
  /** Milliseconds without a byte in either direction, while it is the store's turn. */
  readonly silence_ms: number;
}

/** The target as the signature was made of it: everything escaped but RFC 3986's unreserved characters. */
export function targetOf({ path, query = {} }: SignedRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) =>
      each === null ? escaped(name) : `${escaped(name)}=${escaped(each)}`,
    ),
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

/** Without the brackets of an IPv6 address. */
export function hostOf({ hostname }: SignedRequest): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Ends a new connection that does not come to stand. */
export function limitConnecting(socket: Duplex, connect_ms: number): void {
  const timer = setTimeout(() => {
    socket.destroy(new Error('the store does not accept it'));
  }, connect_ms);
  const settled = (): void => {
    clearTimeout(timer);
  };
  socket.once('connect', settled).once('close', settled);
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
