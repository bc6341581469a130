import { randomUUID } from 'node:crypto';
import type { RequestImport, RequestOf } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';

export const REGION = 'region-1';
export const PROJECT = 'p-a';
export const OTHER_PROJECT = 'p-b';

type Request = RequestOf<typeof RequestImport>;

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
export function importOf(bucket: string, object: string, change: Partial<Request> = {}): Request {
  return {
    region: REGION,
    idempotency_key: null,
    source: { type: 'bucket', bucket, object },
    checksum: null,
    verify_boot: false,
    disk_format: 'raw',
    compression: null,
    facts: {
      name: 'web',
      description: null,
      image_type: 'system_disk',
      architecture: 'x86_64',
      os_distro: 'debian',
      os_version: '12',
      min_disk: 10,
      min_ram: 0,
      boot_mode: null,
      enterprise_project_id: 'default',
      tags: [],
    },
    agreement_accepted: true,
    ...change,
  };
}
