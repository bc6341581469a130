import type { CompareMembers, CorrectMembers, Difference, RequestOf } from '@imago/contracts';
import { type Cause, inTransaction } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ImageNews } from '../images/image-news.ts';
import { ImagesRepository } from '../images/images.repository.ts';
import { ImageMembersRepository } from './image-members.repository.ts';

type Correction = RequestOf<typeof CorrectMembers>['images'][number];

/** Finds where images are seen by others than sharing says, and lets those see them that it names. */
@Injectable()
export class MemberTruth {
  constructor(
    private readonly db: DataSource,
    private readonly images: ImagesRepository,
    private readonly members: ImageMembersRepository,
    private readonly news: ImageNews,
  ) {}

  async compare({ region, after, up_to, members }: RequestOf<typeof CompareMembers>): Promise<Difference[]> {
    return this.db.query(DIFFERENCES, [
      region,
      after,
      up_to,
      members.map(({ image_id }) => image_id),
      members.map(({ project_id }) => project_id),
      members.map(({ status }) => status),
    ]);
  }

  /** @returns the images whose members are right now. */
  async correct(region: string, corrections: readonly Correction[], cause: Cause): Promise<readonly string[]> {
    const corrected: string[] = [];
    for (const each of corrections) if (await this.#correctOne(region, each, cause)) corrected.push(each.image_id);
    return corrected;
  }

  /** False of an image that is not there: nobody can see it. */
  #correctOne(region: string, { image_id, members }: Correction, cause: Cause): Promise<boolean> {
    return inTransaction(this.db, async (tx) => {
      const image = await this.images.lock(tx, image_id);
      if (image?.region !== region) return false;
      await this.members.replace(tx, image, members);
      const isShared = image.visibility === 'private' && members.length > 0 && image.status !== 'deleted';
      if (!isShared) return true;
      const changed = await this.images.update(tx, image, { visibility: 'shared' });
      await this.news.updated(tx, changed, ['visibility'], cause);
      return true;
    });
  }
}

/** Parameters: region, after, up_to, and of the shares that stand: images, projects, statuses. */
const DIFFERENCES = `
WITH standing AS (
  SELECT * FROM unnest($4::uuid[], $5::text[], $6::text[]) AS standing (image_id, project_id, status)
), seen AS (
  SELECT image_id, project_id, member.status FROM catalog.image_members member JOIN catalog.images ON images.id = image_id
  WHERE region = $1 AND member.status <> 'ended'
    AND ($2::uuid IS NULL OR image_id > $2) AND ($3::uuid IS NULL OR image_id <= $3)
)
SELECT image_id AS subject, 'members_differ' AS problem,
  string_agg(format('project %s is %s at sharing and %s at catalog', project_id,
    coalesce(standing.status, 'no member'), coalesce(seen.status, 'no member')), '; ' ORDER BY project_id) AS detail
FROM standing FULL JOIN seen USING (image_id, project_id)
WHERE standing.status IS DISTINCT FROM seen.status
GROUP BY image_id ORDER BY image_id`;
