import { CompareLedger, CorrectLedger, type Difference, type ImagePlace } from '@imago/contracts';
import { ownContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { comparePages, type Findings, type Reconciliation } from '@imago/reconciliation';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Images in one request. */
const PAGE = 1000;

const PLACES = `SELECT id AS image_id, owner AS project_id, version,
    CASE visibility WHEN 'public' THEN 'exempt' ELSE 'confirmed' END AS state
  FROM catalog.images WHERE region = $1 AND status NOT IN ('killed', 'deleted') AND machine_image_id IS NULL`;

/** Every live image that is not everybody's holds one place in its owner's quota, and nothing else does. */
@Injectable()
export class ReconcileLedger implements Reconciliation {
  readonly name = 'ledger';

  constructor(
    private readonly db: DataSource,
    private readonly requests: RequestClient,
    private readonly regionList: Regions,
  ) {}

  regions(): Promise<readonly string[]> {
    return Promise.resolve(this.regionList.names);
  }

  find(region: string): Promise<Findings> {
    return comparePages<ImagePlace>({
      size: PAGE,
      idOf: ({ image_id }) => image_id,
      next: (after) => this.#next(region, after),
      compare: async (range, images) => {
        const request = { region, ...range, images: [...images] };
        return (await this.requests.send(CompareLedger, request, { context: ownContext('catalog') })).differences;
      },
    });
  }

  async repair(region: string, differences: readonly Difference[]): Promise<ReadonlySet<string>> {
    const corrected = new Set<string>();
    for (let at = 0; at < differences.length; at += PAGE) {
      const ids = differences.slice(at, at + PAGE).map(({ subject }) => subject);
      const images: ImagePlace[] = await this.db.query(`${PLACES} AND id = ANY ($2::uuid[])`, [region, ids]);
      const live = new Set(images.map(({ image_id }) => image_id));
      const request = { region, images, gone: ids.filter((id) => !live.has(id)) };
      const answer = await this.requests.send(CorrectLedger, request, { context: ownContext('catalog') });
      for (const id of answer.corrected) corrected.add(id);
    }
    return corrected;
  }

  #next(region: string, after: string | null): Promise<ImagePlace[]> {
    return this.db.query(`${PLACES} AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`, [region, after, PAGE]);
  }
}
