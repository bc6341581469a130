import {
  type GetServer,
  type ListServers,
  refusal,
  type RequestOf,
  type ResponseOf,
  type ServerRecord,
} from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { fitting } from './fitting-page.ts';
import { requireListing, requireServer, serverNotFound } from './server-access.ts';
import { toRecord } from './server-record.ts';
import type { ServerRow } from './server.row.ts';
import { ServersRepository } from './servers.repository.ts';

/** An answer must stay under a mebibyte; a page that would not is shorter, and its marker leads on. */
const PAGE_BYTES = 900 * 1024;

/** What callers may know of servers: one, or a page of them. */
@Injectable()
export class FindServers {
  constructor(
    private readonly db: DataSource,
    private readonly servers: ServersRepository,
  ) {}

  /** @throws Refusal server.not_found */
  async get(request: RequestOf<typeof GetServer>, context: RequestContext): Promise<ResponseOf<typeof GetServer>> {
    const found = await this.servers.find(this.db.manager, request.server_id);
    const server = requireServer('server.get', found, { region: request.region, context });
    if (server.status === 'deleted') throw serverNotFound();
    const [record] = await this.#records([server]);
    if (record === undefined) throw new Error('one row is one record');
    return { server: record };
  }

  /** @throws Refusal server.marker_not_found, auth.forbidden */
  async list(request: RequestOf<typeof ListServers>, context: RequestContext): Promise<ResponseOf<typeof ListServers>> {
    const viewer = requireListing(context);
    const { marker_found, rows, more } = await this.servers.page(this.db.manager, { ...request, viewer });
    if (!marker_found) {
      throw refusal('server.marker_not_found', `There is no server ${request.marker ?? ''} to start after.`);
    }
    const records = await this.#records(rows);
    const servers = records.slice(0, fitting(records, PAGE_BYTES));
    const complete = servers.length === records.length && !more;
    return { servers, next_marker: complete ? null : (servers.at(-1)?.id ?? null) };
  }

  /**
   * The disks are read after their servers: a system disk that was replaced in between is the new one, and a server
   * always has one.
   */
  async #records(rows: readonly ServerRow[]): Promise<ServerRecord[]> {
    if (rows.length === 0) return [];
    const disks = await this.servers.disks(
      this.db.manager,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => toRecord(row, disks));
  }
}
