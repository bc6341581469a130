import type { ImageRecord } from '@imago/contracts';
import type { Cause } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MemberChanges } from './member-changes.ts';
import { MembersRepository } from './members.repository.ts';
import { stands } from './share-record.ts';
import type { SharedImage } from './shared-image.row.ts';

/** What catalog tells of images, as far as it concerns their members. */
@Injectable()
export class ImageChanges {
  constructor(
    private readonly members: MembersRepository,
    private readonly changes: MemberChanges,
  ) {}

  /** Images nobody ever shared are none of sharing's business. A project that was a member and is now the owner is no member. */
  async updated(tx: EntityManager, image: ImageRecord, cause: Cause): Promise<void> {
    const known = await this.members.lock(tx, image.id);
    if (known === null || known.deleted || known.image_version >= image.version) return;
    const { name, owner, visibility, version } = image;
    const changed = await this.members.change(tx, known, { name, owner, visibility, image_version: version });
    const member = await this.members.member(tx, image.id, owner);
    if (member === null || !stands(member)) return;
    const by = { cause, request_id: null };
    await this.changes.end(tx, changed, { member, reason: 'unshared', closes: false, by });
  }

  /** Deleted for everybody, for good: also for a share that is still on its way. */
  async deleted(tx: EntityManager, image: ImageRecord, cause: Cause): Promise<void> {
    const known = await this.members.lockAs(tx, image);
    if (known.deleted) return;
    let current: SharedImage = await this.members.change(tx, known, { deleted: true });
    for (const member of (await this.members.membersOf(tx, image.id)).filter(stands)) {
      const by = { cause, request_id: null };
      current = (await this.changes.end(tx, current, { member, reason: 'image_deleted', closes: false, by })).image;
    }
  }
}
