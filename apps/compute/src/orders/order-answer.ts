import type { JobView, ServerRecord } from '@imago/contracts';
import { toView } from '@imago/jobs';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { toRecord } from '../servers/server-record.ts';
import { ServersRepository } from '../servers/servers.repository.ts';
import { serverIdsOf, type ServerJob } from './server-job.ts';

/** The answer to an order: the job and its servers as they stand, and the events that will show them elsewhere. */
export interface OrderAnswer {
  readonly job: JobView;
  readonly servers: ServerRecord[];
  readonly event_ids: string[];
}

/** What whoever orders is told. */
@Injectable()
export class OrderAnswers {
  constructor(private readonly servers: ServersRepository) {}

  async of(tx: EntityManager, job: ServerJob, eventIds: readonly string[] = []): Promise<OrderAnswer> {
    const ids = serverIdsOf(job.input);
    const rows = await this.servers.list(tx, ids);
    const disks = await this.servers.disks(tx, ids);
    return { job: toView(job), servers: rows.map((row) => toRecord(row, disks)), event_ids: [...eventIds] };
  }
}

/** The answer of an order for one server. */
export function single({ job, servers, event_ids }: OrderAnswer): {
  job: JobView;
  server: ServerRecord;
  event_ids: string[];
} {
  const [server] = servers;
  if (server === undefined) throw new Error(`Job ${job.id} has no server`);
  return { job, server, event_ids };
}
