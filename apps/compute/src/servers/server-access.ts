import { refusal } from '@imago/contracts';
import { type Action, decide, requireAllowed, type RequestContext } from '@imago/identity';
import type { ServerRow } from './server.row.ts';

/** Who asks, and where. */
export interface Asking {
  readonly region: string;
  readonly context: RequestContext;
}

/**
 * The server, when the caller may do this with it. One that is not there, not in this region or not the caller's to see
 * is not found, and nothing tells which. A deleted one is found: who asks decides what that means.
 * @throws Refusal server.not_found, auth.forbidden
 */
export function requireServer(action: Action, server: ServerRow | null, { region, context }: Asking): ServerRow {
  if (server?.region !== region) throw serverNotFound();
  requireAllowed(action, context, server.project_id === context.project_id ? 'owner' : 'none');
  return server;
}

/**
 * The project whose servers the caller lists; null when it sees every project's.
 * @throws Refusal auth.forbidden
 */
export function requireListing(context: RequestContext): string | null {
  if (decide('server.list', { roles: context.roles, relation: 'none' }) === 'allow') return null;
  requireAllowed('server.list', context, 'owner');
  return context.project_id;
}

/**
 * What only another service does.
 * @throws Refusal auth.forbidden
 */
export function requireService(context: RequestContext): void {
  if (!context.roles.includes('service')) throw refusal('auth.forbidden', 'Only services may do this.');
}

/** The same words as of a server that is hidden. */
export function serverNotFound(): Error {
  return refusal('server.not_found', 'There is no such server.');
}
