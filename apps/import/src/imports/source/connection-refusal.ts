import { type ErrorCode, type Refusal, refusal } from '@imago/contracts';
import { connectionFailure, type OutboundReason, refusedBy } from '@imago/outbound';

const REFUSED_CODES = {
  url: 'import.url_refused',
  address: 'import.url_refused',
  unresolvable: 'import.host_not_found',
} as const satisfies Record<OutboundReason, ErrorCode>;

/**
 * What a tenant is told when a server of theirs could not be talked to; null when the error says nothing of that.
 * @param uri as it may be shown
 */
export function connectionRefusal(error: unknown, uri: string): Refusal | null {
  const refused = refusedBy(error);
  if (refused !== null) return refusal(REFUSED_CODES[refused.reason], refused.message, { source_uri: uri });
  const { kind, name } = connectionFailure(error);
  const details = { source_uri: uri, reason: name };
  if (kind === 'tls') return refusal('import.tls_failed', `No encrypted connection to ${uri} can be made.`, details);
  if (kind === 'timeout' && !/CONNECT|ETIMEDOUT/.test(name))
    return refusal('import.source_stalled', `${uri} fell silent.`, details);
  return isOfConnection(name) ? refusal('import.connection_failed', `The connection to ${uri} failed.`, details) : null;
}

/** Codes of sockets, of the HTTP parser and of the client. */
function isOfConnection(name: string): boolean {
  return /^(?:E[A-Z]+|UND_ERR_[A-Z_]+|HPE_[A-Z_]+|HTTPParserError)$/.test(name);
}
