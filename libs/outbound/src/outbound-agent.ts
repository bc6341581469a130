import { Agent, buildConnector } from 'undici';
import type { OutboundGuard } from './outbound-guard.ts';

export interface OutboundAgentOptions extends Omit<Agent.Options, 'connect' | 'factory' | 'maxHeaderSize'> {
  /** Seconds a connection may take to stand, encryption and all. */
  readonly connectSeconds: number;
  /** Certificates (PEM) of authorities trusted for these connections instead of the usual ones. */
  readonly ca?: readonly string[];
}

/** Bytes of the headers of an answer; a server of a tenant that sends more is cut off. */
const HEADER_BYTES = 16 * 1024;

/**
 * HTTP to servers that tenants name. Whatever a request says, no connection is made to an address the guard does not
 * let through: it looks at the very address that is connected to. Redirects are answers, not followed.
 */
export function outboundAgent(guard: OutboundGuard, options: OutboundAgentOptions): Agent {
  const { connectSeconds, ca, ...rest } = options;
  const connect = buildConnector({
    lookup: guard.lookup,
    timeout: connectSeconds * 1000,
    ...(ca === undefined ? {} : { ca: [...ca] }),
  });
  return new Agent({
    ...rest,
    maxHeaderSize: HEADER_BYTES,
    connect: (target, done) => {
      try {
        guard.requireAddress(target.hostname); // sockets do not look up what is an address already
      } catch (error) {
        done(error as Error, null);
        return;
      }
      connect(target, done);
    },
  });
}
