import { randomUUID } from 'node:crypto';
import type { RequestCopy, RequestExport, RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';

export const REGION = 'region-1';
export const OTHER_REGION = 'region-2';
export const PROJECT = 'p-a';
export const OTHER_PROJECT = 'p-b';

type Request = RequestOf<typeof RequestExport>;

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

/** A request for a copy as the gateway makes it, within the region. */
export function copyOf(
  image_id: string,
  change: Partial<RequestOf<typeof RequestCopy>> = {},
): RequestOf<typeof RequestCopy> {
  const source = { image_id, region: REGION };
  return { idempotency_key: null, source, name: 'web copied', destination_region: REGION, ...change };
}

/** A request as the gateway makes it, of an object nobody else writes. */
export function exportOf(image_id: string, bucket: string, change: Partial<Request> = {}): Request {
  return {
    region: REGION,
    idempotency_key: null,
    image_id,
    disk_format: 'qcow2',
    destination: { bucket, object: `exports/${randomUUID()}.img` },
    overwrite: false,
    ...change,
  };
}
