import { randomUUID } from 'node:crypto';
import type { CreateServers, RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';

export const REGION = 'region-1';
export const OTHER_REGION = 'region-2';
export const PROJECT = 'p-a';
export const OTHER_PROJECT = 'p-b';

type Request = RequestOf<typeof CreateServers>;

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

/** Somebody who runs the cloud. */
export const operator = (): RequestContext => tenant('operators', ['admin']);

/** An order as the gateway makes it. */
export function serversOf(imageId: string, change: Partial<Request> = {}): Request {
  return {
    region: REGION,
    idempotency_key: null,
    name: 'web',
    count: 1,
    image_id: imageId,
    flavor: 'tiny',
    network: 'default',
    system_disk_gib: null,
    data_disks: [],
    user_data: null,
    ...change,
  };
}
