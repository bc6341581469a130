import { CompareHolds, CorrectHolds, type Difference } from '@imago/contracts';
import { ownContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { comparePages, type Findings, type Reconciliation } from '@imago/reconciliation';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

interface Hold {
  readonly disk_id: string;
  readonly object_id: string;
}

/** Disks in one request. */
const PAGE = 1000;

/** Of servers, and of images that are being booted once. */
const HOLDS = `SELECT disk_id, object_id FROM (
    SELECT disks.id AS disk_id, disks.base ->> 'object_id' AS object_id
      FROM compute.server_disks disks JOIN compute.servers ON servers.id = server_id
      WHERE region = $1 AND status <> 'deleted' AND disks.base IS NOT NULL
    UNION ALL
    SELECT (input ->> 'disk_id')::uuid, data #>> '{machine,base,object_id}' FROM compute.jobs
      WHERE region = $1 AND type = 'boot_proof' AND finished_at IS NULL AND data ? 'machine'
  ) AS holds WHERE true`;

/** Catalog keeps the bytes under the disks of machines, and for no other disk. */
@Injectable()
export class ReconcileHolds implements Reconciliation {
  readonly name = 'holds';

  constructor(
    private readonly db: DataSource,
    private readonly requests: RequestClient,
    private readonly regionList: Regions,
  ) {}

  regions(): Promise<readonly string[]> {
    return Promise.resolve(this.regionList.names);
  }

  find(region: string): Promise<Findings> {
    return comparePages<Hold>({
      size: PAGE,
      idOf: ({ disk_id }) => disk_id,
      next: (after) => this.#next(region, after),
      compare: async (range, holds) => {
        const request = { region, ...range, holds: [...holds] };
        return (await this.requests.send(CompareHolds, request, { context: ownContext('compute') })).differences;
      },
    });
  }

  async repair(region: string, differences: readonly Difference[]): Promise<ReadonlySet<string>> {
    const corrected = new Set<string>();
    const disks = [...new Set(differences.map(({ subject }) => subject))];
    for (let at = 0; at < disks.length; at += PAGE) {
      const ids = disks.slice(at, at + PAGE);
      const rows: Hold[] = await this.db.query(`${HOLDS} AND disk_id = ANY ($2::uuid[])`, [region, ids]);
      const needed = new Map(rows.map(({ disk_id, object_id }) => [disk_id, object_id]));
      const holds = ids.map((disk_id) => ({ disk_id, object_id: needed.get(disk_id) ?? null }));
      const answer = await this.requests.send(CorrectHolds, { holds }, { context: ownContext('compute') });
      for (const id of answer.corrected) corrected.add(id);
    }
    return corrected;
  }

  #next(region: string, after: string | null): Promise<Hold[]> {
    return this.db.query(`${HOLDS} AND ($2::uuid IS NULL OR disk_id > $2) ORDER BY disk_id LIMIT $3`, [
      region,
      after,
      PAGE,
    ]);
  }
}
