import { CompareMembers, CorrectMembers, type Difference, type ShareRecord } from '@imago/contracts';
import { ownContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { comparePages, type Findings, type Reconciliation } from '@imago/reconciliation';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

type Standing = Pick<ShareRecord, 'image_id' | 'project_id' | 'status' | 'version'>;

/** Members in one request; an image has at most half as many, and is never in two. */
const PAGE = 2000;
/** Images corrected by one request. */
const CORRECTED = 100;

const STANDING = `SELECT members.image_id, project_id, status, version
  FROM sharing.members JOIN sharing.images USING (image_id) WHERE region = $1 AND ended_reason IS NULL`;

/** Those who see a shared image at catalog are those it is shared with. */
@Injectable()
export class ReconcileMembers implements Reconciliation {
  readonly name = 'members';

  constructor(
    private readonly db: DataSource,
    private readonly requests: RequestClient,
  ) {}

  async regions(): Promise<readonly string[]> {
    const rows: { region: string }[] = await this.db.query('SELECT DISTINCT region FROM sharing.images');
    return rows.map(({ region }) => region);
  }

  find(region: string): Promise<Findings> {
    return comparePages<Standing>({
      size: PAGE,
      idOf: ({ image_id }) => image_id,
      next: (after) => this.#next(region, after),
      compare: async (range, members) => {
        const request = { region, ...range, members: [...members] };
        return (await this.requests.send(CompareMembers, request, { context: ownContext('sharing') })).differences;
      },
    });
  }

  async repair(region: string, differences: readonly Difference[]): Promise<ReadonlySet<string>> {
    const corrected = new Set<string>();
    for (let at = 0; at < differences.length; at += CORRECTED) {
      const ids = differences.slice(at, at + CORRECTED).map(({ subject }) => subject);
      const standing: Standing[] = await this.db.query(`${STANDING} AND members.image_id = ANY ($2::uuid[])`, [
        region,
        ids,
      ]);
      const members = Map.groupBy(standing, ({ image_id }) => image_id);
      const images = ids.map((image_id) => ({ image_id, members: members.get(image_id) ?? [] }));
      const answer = await this.requests.send(CorrectMembers, { region, images }, { context: ownContext('sharing') });
      for (const id of answer.corrected) corrected.add(id);
    }
    return corrected;
  }

  #next(region: string, after: string | null): Promise<Standing[]> {
    return this.db.query(
      `${STANDING} AND ($2::uuid IS NULL OR members.image_id > $2) ORDER BY members.image_id, project_id LIMIT $3`,
      [region, after, PAGE],
    );
  }
}
