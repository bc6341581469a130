import { randomUUID } from 'node:crypto';
import type { RequestCapture, RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';

export const REGION = 'region-1';
export const PROJECT = 'p-a';
export const OTHER_PROJECT = 'p-b';

type Request = RequestOf<typeof RequestCapture>;

/** Somebody of a project. Each call is a request of its own. */
export function tenant(project = PROJECT, roles: RequestContext['roles'] = ['member']): RequestContext {
  const id = randomUUID();
  return {
    user_id: `user-of-${project}`,
    user_name: project,
    project_id: project,
    roles,
    request_id: id,
    correlation_id: id,
  };
}

/** A request as the gateway makes it. */
export function captureOf(server_id: string, change: Partial<Request> = {}): Request {
  return {
    region: REGION,
    idempotency_key: null,
    server_id,
    source: { type: 'system_disk' },
    verify_boot: false,
    generalize: false,
    name: 'web after its update',
    description: null,
    ...change,
  };
}
