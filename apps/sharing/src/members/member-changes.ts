import type { MemberStatus, ShareRecord } from '@imago/contracts';
import { type Cause, Outbox } from '@imago/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Member } from './member.row.ts';
import { MembersRepository } from './members.repository.ts';
import { answered, shared, unshared } from './share-events.ts';
import { toShareRecord } from './share-record.ts';
import type { SharedImage } from './shared-image.row.ts';

/** A change of a share: the image it is of, as it is after it, the share and the event that tells of it. */
export interface ShareChange {
  readonly image: SharedImage;
  readonly share: ShareRecord;
  readonly event_id: string;
}

/** Who changes a share, and what led to it. */
export interface ChangedBy {
  readonly cause: Cause;
  /** The request; null when an event did it. */
  readonly request_id: string | null;
}

/** The only place where shares change: row and event are of one transaction, under the lock of the image. */
@Injectable()
export class MemberChanges {
  constructor(
    private readonly members: MembersRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Shares the image with a project that does not have it; one that had it before waits for an answer again. */
  async begin(
    tx: EntityManager,
    image: SharedImage,
    { project_id, before, by }: { readonly project_id: string; readonly before: Member | null; readonly by: ChangedBy },
  ): Promise<ShareChange> {
    const now = new Date();
    const counted = await this.members.change(tx, image, {
      list_version: image.list_version + 1,
      visibility: 'shared',
    });
    const member = await this.members.store(tx, {
      image_id: image.image_id,
      project_id,
      status: 'pending',
      ended_reason: null,
      ended_at: null,
      changed_by_request: by.request_id,
      version: (before?.version ?? 0) + 1,
      created_at: now,
      updated_at: now,
    });
    const share = toShareRecord(counted, member);
    return {
      image: counted,
      share,
      event_id: await this.outbox.add(tx, shared(share, counted.list_version), by.cause),
    };
  }

  /** What the project says to it now. */
  async answer(
    tx: EntityManager,
    image: SharedImage,
    { member, status, by }: { readonly member: Member; readonly status: MemberStatus; readonly by: ChangedBy },
  ): Promise<ShareChange> {
    const changed = await this.members.store(tx, { ...member, status, ...stamp(member, by) });
    const share = toShareRecord(image, changed);
    return { image, share, event_id: await this.outbox.add(tx, answered(share), by.cause) };
  }

  /** The project has the image no more. */
  async end(tx: EntityManager, image: SharedImage, { member, reason, closes, by }: Ending): Promise<ShareChange> {
    const counted = await this.members.change(tx, image, {
      list_version: image.list_version + 1,
      ...(closes ? { visibility: 'private' as const } : {}),
    });
    const stamped = stamp(member, by);
    const ended = { ended_reason: reason, ended_at: stamped.updated_at };
    const share = toShareRecord(counted, await this.members.store(tx, { ...member, ...ended, ...stamped }));
    const event = unshared(share, counted.list_version, closes);
    return { image: counted, share, event_id: await this.outbox.add(tx, event, by.cause) };
  }
}

interface Ending {
  readonly member: Member;
  readonly reason: NonNullable<ShareRecord['ended']>['reason'];
  readonly closes: boolean;
  readonly by: ChangedBy;
}

function stamp(
  member: Member,
  { request_id }: ChangedBy,
): Pick<Member, 'changed_by_request' | 'version' | 'updated_at'> {
  return { changed_by_request: request_id, version: member.version + 1, updated_at: new Date() };
}
