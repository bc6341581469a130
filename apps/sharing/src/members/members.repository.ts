import type { ImageRecord } from '@imago/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Member, MemberRow } from './member.row.ts';
import { type SharedImage, SharedImageRow } from './shared-image.row.ts';

/** What sharing keeps of an image. */
type ImageFacts = Pick<ImageRecord, 'id' | 'region' | 'owner' | 'name' | 'visibility' | 'version'>;

/** The rows of images and of their members. Members are changed only by whoever holds the lock of their image. */
@Injectable()
export class MembersRepository {
  /** Makes the image known, or what is known of it newer, and keeps everybody else from its members until the end. */
  async lockAs(tx: EntityManager, { id, region, owner, name, visibility, version }: ImageFacts): Promise<SharedImage> {
    await tx.query(
      `INSERT INTO sharing.images (image_id, region, owner, name, visibility, image_version)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [id, region, owner, name, visibility, version],
    );
    const image = await this.lock(tx, id);
    if (image === null) throw new Error(`image ${id} is not there after it was inserted`);
    return image.image_version < version
      ? this.change(tx, image, { owner, name, visibility, image_version: version })
      : image;
  }

  /** Null when nobody ever shared it. */
  lock(tx: EntityManager, imageId: string): Promise<SharedImage | null> {
    return tx.findOne(SharedImageRow, { where: { image_id: imageId }, lock: { mode: 'pessimistic_write' } });
  }

  find(tx: EntityManager, imageId: string): Promise<SharedImage | null> {
    return tx.findOne(SharedImageRow, { where: { image_id: imageId } });
  }

  async change(tx: EntityManager, image: SharedImage, changes: Partial<SharedImage>): Promise<SharedImage> {
    await tx.update(SharedImageRow, { image_id: image.image_id }, changes);
    return { ...image, ...changes };
  }

  /** Everybody it is or was shared with, oldest first. */
  membersOf(tx: EntityManager, imageId: string): Promise<Member[]> {
    return tx.find(MemberRow, { where: { image_id: imageId }, order: { created_at: 'ASC', project_id: 'ASC' } });
  }

  member(tx: EntityManager, imageId: string, projectId: string): Promise<Member | null> {
    return tx.findOne(MemberRow, { where: { image_id: imageId, project_id: projectId } });
  }

  /** Stores a member as it is now. */
  async store(tx: EntityManager, member: Member): Promise<Member> {
    await tx.upsert(MemberRow, member, ['image_id', 'project_id']);
    return member;
  }
}
