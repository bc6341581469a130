import {
  type DataOf,
  type ListServersOnObjects,
  type ObjectDamagedV1,
  refusal,
  type ResponseOf,
} from '@imago/contracts';
import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type ServerHappening, TellOfServer } from '../servers/tell-of-server.ts';
import { ServersRepository } from '../servers/servers.repository.ts';

type OnObject = ResponseOf<typeof ListServersOnObjects>['servers'][number];

/** Servers that are named in one answer. */
const NAMED = 1000;

/** The disks of servers that are read, where the server has not written, from objects that are not what was stored. */
@Injectable()
export class DamagedDisks {
  constructor(
    private readonly db: DataSource,
    private readonly servers: ServersRepository,
    private readonly tellOf: TellOfServer,
  ) {}

  /** The first servers on these objects. */
  list(region: string, objectIds: readonly string[]): Promise<OnObject[]> {
    return this.#on(this.db.manager, { region, objectIds, limit: NAMED });
  }

  /** Tells the owner of each server with such a disk. */
  async damaged(
    tx: EntityManager,
    { region, object_id, problem }: DataOf<typeof ObjectDamagedV1>,
    cause: Cause,
  ): Promise<void> {
    await this.#tell(tx, { region, object_id, cause }, (disk_id) => {
      const sentence = `What disk ${disk_id} is read from, where its server has not written, is damaged.`;
      const error = refusal('server.disk_damaged', sentence, { disk_id, problem }).toDocument();
      return { type: 'disk_damaged', disk_id, error };
    });
  }

  async repaired(
    tx: EntityManager,
    { region, object_id }: { readonly region: string; readonly object_id: string },
    cause: Cause,
  ): Promise<void> {
    await this.#tell(tx, { region, object_id, cause }, (disk_id) => ({ type: 'disk_repaired', disk_id }));
  }

  async #tell(
    tx: EntityManager,
    { region, object_id, cause }: { readonly region: string; readonly object_id: string; readonly cause: Cause },
    happening: (diskId: string) => ServerHappening,
  ): Promise<void> {
    const found = await this.#on(tx, { region, objectIds: [object_id], limit: null });
    for (const { server_id, disk_id } of found) {
      const server = await this.servers.lock(tx, server_id);
      if (server === null || server.status === 'deleted') continue;
      await this.tellOf.tell(tx, server, happening(disk_id), cause);
    }
  }

  /** In the order of the servers, so that nobody waits for their locks in a circle. */
  #on(
    tx: EntityManager,
    {
      region,
      objectIds,
      limit,
    }: { readonly region: string; readonly objectIds: readonly string[]; readonly limit: number | null },
  ): Promise<OnObject[]> {
    return tx.query(
      `SELECT s.id AS server_id, s.name, s.project_id, d.id AS disk_id, o.object_id
       FROM compute.servers s JOIN compute.server_disks d ON d.server_id = s.id
       CROSS JOIN LATERAL (
         SELECT d.base ->> 'object_id' AS object_id
         UNION SELECT layer ->> 'object_id' FROM jsonb_array_elements(d.base -> 'layers') AS layer) o
       WHERE s.region = $1 AND s.status <> 'deleted' AND o.object_id = ANY ($2) ORDER BY s.id, d.id LIMIT $3`,
      [region, [...objectIds], limit],
    );
  }
}
