import { CompareLocks, type Difference } from '@imago/contracts';
import { ownContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import type { Findings, Reconciliation } from '@imago/reconciliation';
import { Injectable } from '@nestjs/common';
import { ServerLocks } from './server-locks.ts';

/** A server is locked for as long as its capture is under way. */
@Injectable()
export class ReconcileLocks implements Reconciliation {
  readonly name = 'locks';

  constructor(
    private readonly locks: ServerLocks,
    private readonly requests: RequestClient,
    private readonly regionList: Regions,
  ) {}

  regions(): Promise<readonly string[]> {
    return Promise.resolve(this.regionList.names);
  }

  async find(region: string): Promise<Findings> {
    const { needed, ending } = await this.locks.inRegion(region);
    const request = { region, needed: [...needed], ending: [...ending] };
    const { differences } = await this.requests.send(CompareLocks, request, { context: ownContext('capture') });
    return { compared: needed.length, differences };
  }

  /** A lock nobody needs is released. One that is gone stays so: its capture ends, because the server may have run. */
  async repair(_region: string, differences: readonly Difference[]): Promise<ReadonlySet<string>> {
    const right = new Set<string>();
    for (const { subject, problem } of differences) {
      if (problem === 'lock_unneeded') {
        const { project_id, correlation_id } = ownContext('capture');
        await this.locks.release({ lock_id: subject, project_id, correlation_id });
        right.add(subject);
      } else for (const id of await this.locks.noteLost([subject])) right.add(id);
    }
    return right;
  }
}
