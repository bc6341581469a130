import { type ListShares as ListSharesContract, type RequestOf, type ResponseOf } from '@imago/contracts';
import { requireAllowed, type RequestContext } from '@imago/identity';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Member } from '../members/member.row.ts';
import { toShareRecord } from '../members/share-record.ts';
import type { SharedImage } from '../members/shared-image.row.ts';

type Request = RequestOf<typeof ListSharesContract>;

/** Which shares an inbox shows. Those of an image that is set to be private are hidden until it is set back. */
const SHOWN = {
  pending: `member.status = 'pending' AND member.ended_reason IS NULL AND image.visibility = 'shared'`,
  accepted: `member.status = 'accepted' AND member.ended_reason IS NULL AND image.visibility = 'shared'`,
  rejected: `member.status = 'rejected' AND member.ended_reason IS NULL AND image.visibility = 'shared'`,
  ended: 'member.ended_reason IS NOT NULL',
  all: `(member.ended_reason IS NOT NULL OR image.visibility = 'shared')`,
  standing: `member.ended_reason IS NULL AND image.visibility = 'shared'`,
} as const;

/** The inbox of a project: what is and what was shared with it, the newest change first. */
@Injectable()
export class ListShares {
  constructor(private readonly db: DataSource) {}

  /** @throws Refusal auth.forbidden */
  async execute(request: Request, context: RequestContext): Promise<ResponseOf<typeof ListSharesContract>> {
    requireAllowed('share.inbox', context, 'owner');
    const [rows, pending] = await Promise.all([
      this.#page(request, context.project_id),
      this.#pending(request.region, context.project_id),
    ]);
    const shares = rows.slice(0, request.limit).map((row) => toShareRecord(row, row));
    const last = rows.length > request.limit ? shares.at(-1) : undefined;
    return {
      shares,
      next_marker: last === undefined ? null : { updated_at: last.updated_at, image_id: last.image_id },
      pending,
    };
  }

  /**
   * One more than asked for, which tells whether there is another page. Times of shares are this service's own, of whole
   * milliseconds, so that a marker is exact.
   */
  #page({ region, status, limit, marker }: Request, project: string): Promise<(Member & SharedImage)[]> {
    return this.db.query(
      `SELECT member.*, image.region, image.owner, image.name
       FROM sharing.members member JOIN sharing.images image USING (image_id)
       WHERE member.project_id = $1 AND image.region = $2 AND ${SHOWN[status ?? 'standing']}
         AND ($3::timestamptz IS NULL OR (member.updated_at, member.image_id) < ($3, $4))
       ORDER BY member.updated_at DESC, member.image_id DESC LIMIT $5`,
      [project, region, marker?.updated_at ?? null, marker?.image_id ?? null, limit + 1],
    );
  }

  async #pending(region: string, project: string): Promise<number> {
    const [counted]: { pending: number }[] = await this.db.query(
      `SELECT count(*)::integer AS pending FROM sharing.members member JOIN sharing.images image USING (image_id)
       WHERE member.project_id = $1 AND image.region = $2 AND ${SHOWN.pending}`,
      [project, region],
    );
    return counted?.pending ?? 0;
  }
}
