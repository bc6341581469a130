import { randomUUID } from 'node:crypto';
import { LockServerDisk, RenewServerLocks, type ResponseOf, UnlockServer } from '@imago/contracts';
import { type RequestContext, serviceContext } from '@imago/identity';
import type { ComputeUnderTest } from './compute-under-test.ts';
import { PROJECT, REGION } from './requests.ts';

export type Locked = ResponseOf<typeof LockServerDisk>;

/** The capture service, as compute knows it. */
export const captureService = (project = PROJECT): RequestContext => serviceContext('capture', project, randomUUID());

/** What captures ask of compute. */
export class Locks {
  constructor(private readonly compute: Pick<ComputeUnderTest, 'ask'>) {}

  /** As a member of the project asks for it. */
  take(serverId: string, lockId: string, who?: RequestContext, diskId: string | null = null): Promise<Locked> {
    const asked = { server_id: serverId, region: REGION, lock_id: lockId, disk_id: diskId, acquire: true };
    return this.compute.ask(LockServerDisk, asked, who);
  }

  /** As the worker of a capture looks at it. */
  look(serverId: string, lockId: string, who = captureService()): Promise<Locked> {
    const asked = { server_id: serverId, region: REGION, lock_id: lockId, disk_id: null, acquire: false };
    return this.compute.ask(LockServerDisk, asked, who);
  }

  async renew(...lockIds: readonly string[]): Promise<readonly string[]> {
    return (await this.compute.ask(RenewServerLocks, { lock_ids: [...lockIds] }, captureService('services'))).lost;
  }

  release(lockId: string): Promise<ResponseOf<typeof UnlockServer>> {
    return this.compute.ask(UnlockServer, { lock_id: lockId }, captureService());
  }
}

/** Asks an export for something. */
export function fetchExport(
  { url, token }: Locked['export'],
  path: 'map' | 'data',
  range?: string,
): Promise<globalThis.Response> {
  const headers = { authorization: `Bearer ${token}`, ...(range !== undefined && { range }) };
  return fetch(`${url}/${path}`, { headers });
}
