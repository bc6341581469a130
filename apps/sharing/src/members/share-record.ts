import type { ShareRecord } from '@imago/contracts';
import type { Member } from './member.row.ts';
import type { SharedImage } from './shared-image.row.ts';

/** A share as everybody outside sharing sees it. */
export function toShareRecord(image: SharedImage, member: Member): ShareRecord {
  const { ended_reason: reason, ended_at } = member;
  return {
    image_id: member.image_id,
    image_name: image.name,
    owner: image.owner,
    region: image.region,
    project_id: member.project_id,
    status: member.status,
    ended: reason === null || ended_at === null ? null : { reason, ended_at: ended_at.toISOString() },
    created_at: member.created_at.toISOString(),
    updated_at: member.updated_at.toISOString(),
    version: member.version,
  };
}

/** Whether the project has the image now. */
export function stands({ ended_reason }: Member): boolean {
  return ended_reason === null;
}
