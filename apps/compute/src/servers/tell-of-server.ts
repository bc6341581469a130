import {
  type EventDefinition,
  type RefusalDocument,
  ServerCreatedV1,
  ServerDeletedV1,
  ServerDiskDamagedV1,
  ServerDiskRepairedV1,
  ServerFailedV1,
  ServerLockChangedV1,
  ServerOsChangedV1,
  ServerRebootedV1,
  type ServerRecord,
  ServerStartedV1,
  ServerStoppedV1,
  type StopReason,
} from '@imago/contracts';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { toRecord } from './server-record.ts';
import type { ServerRow } from './server.row.ts';
import { ServersRepository } from './servers.repository.ts';

/** Something that happened to a server, beside what its record says. */
export type ServerHappening =
  | { readonly type: 'created' | 'started' | 'rebooted' | 'deleted' | 'lock_changed' }
  | { readonly type: 'stopped'; readonly reason: StopReason }
  | { readonly type: 'os_changed'; readonly previous_image_id: string }
  | { readonly type: 'disk_damaged'; readonly disk_id: string; readonly error: RefusalDocument }
  | { readonly type: 'disk_repaired'; readonly disk_id: string }
  | { readonly type: 'failed'; readonly error: RefusalDocument };

const EVENTS: Readonly<Record<ServerHappening['type'], EventDefinition>> = {
  created: ServerCreatedV1,
  started: ServerStartedV1,
  rebooted: ServerRebootedV1,
  deleted: ServerDeletedV1,
  stopped: ServerStoppedV1,
  os_changed: ServerOsChangedV1,
  disk_damaged: ServerDiskDamagedV1,
  disk_repaired: ServerDiskRepairedV1,
  failed: ServerFailedV1,
  lock_changed: ServerLockChangedV1,
};

/** The events of servers, in the transaction that changes them. */
@Injectable()
export class TellOfServer {
  constructor(
    private readonly servers: ServersRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Tells of a server as it is after the change. @returns the id of the event */
  async tell(tx: EntityManager, row: ServerRow, happening: ServerHappening, cause: Cause): Promise<string> {
    const { type, ...more } = happening;
    const server: ServerRecord = toRecord(row, await this.servers.disks(tx, [row.id]));
    const { id, project_id, region, version } = row;
    const fact = { event: EVENTS[type], subject: id, project_id, region, sequence: version };
    return this.outbox.add(tx, { ...fact, data: { server, ...more } }, cause);
  }
}
