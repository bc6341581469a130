import type { MemberStatus, ShareRecord } from '@imago/contracts';
import { prepared } from '@imago/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { ImageRow } from '../images/image.row.ts';

type SeenBy = Pick<ShareRecord, 'project_id' | 'status' | 'version'>;

/** The rows of who sees which shared image. */
@Injectable()
export class ImageMembersRepository {
  /** What a project says to an image; null when it is no member of it. */
  async statusOf(tx: EntityManager, imageId: string, projectId: string): Promise<MemberStatus | null> {
    return (await this.statusesOf(tx, [imageId], projectId)).get(imageId) ?? null;
  }

  /** The same of several images; those it is no member of are missing. */
  async statusesOf(
    tx: EntityManager,
    imageIds: readonly string[],
    projectId: string,
  ): Promise<ReadonlyMap<string, MemberStatus>> {
    if (imageIds.length === 0) return new Map();
    const rows: { image_id: string; status: MemberStatus }[] = await tx.query(
      `SELECT image_id, status FROM catalog.image_members
       WHERE image_id = ANY ($1::uuid[]) AND project_id = $2 AND status <> 'ended'`,
      [imageIds, projectId],
    );
    return new Map(rows.map(({ image_id, status }) => [image_id, status]));
  }

  /** The projects that stand to an image in one of these ways. */
  async projectsOf(tx: EntityManager, imageId: string, statuses: readonly MemberStatus[]): Promise<readonly string[]> {
    const rows: { project_id: string }[] = await tx.query(PROJECTS_OF, [imageId, statuses]);
    return rows.map(({ project_id }) => project_id);
  }

  /** Stores a share of an image that is there; an older one than is known changes nothing. */
  async store(tx: EntityManager, { image_id, project_id, status, ended, version }: ShareRecord): Promise<void> {
    await tx.query(
      `INSERT INTO catalog.image_members AS known (image_id, project_id, status, version, image_created_at)
       SELECT id, $2, $3, $4, created_at FROM catalog.images WHERE id = $1
       ON CONFLICT ON CONSTRAINT image_members_pkey
       DO UPDATE SET status = excluded.status, version = excluded.version WHERE known.version < excluded.version`,
      [image_id, project_id, ended === null ? status : 'ended', version],
    );
  }

  /** Lets these see an image and nobody else, whatever was known. */
  async replace(
    tx: EntityManager,
    image: Pick<ImageRow, 'id' | 'created_at'>,
    members: readonly SeenBy[],
  ): Promise<void> {
    const projects = members.map(({ project_id }) => project_id);
    await tx.query(
      `UPDATE catalog.image_members SET status = 'ended'
       WHERE image_id = $1 AND status <> 'ended' AND project_id <> ALL ($2::text[])`,
      [image.id, projects],
    );
    await tx.query(
      `INSERT INTO catalog.image_members AS known (image_id, project_id, status, version, image_created_at)
       SELECT $1, member.*, $5 FROM unnest($2::text[], $3::text[], $4::integer[]) AS member
       ON CONFLICT ON CONSTRAINT image_members_pkey
       DO UPDATE SET status = excluded.status, version = greatest(known.version, excluded.version)`,
      [
        image.id,
        projects,
        members.map(({ status }) => status),
        members.map(({ version }) => version),
        image.created_at,
      ],
    );
  }
}

const PROJECTS_OF = prepared(
  `SELECT project_id FROM catalog.image_members WHERE image_id = $1 AND status = ANY ($2) ORDER BY project_id`,
);
