import {
  type DataOf,
  type EventDefinition,
  ImageShareAcceptedV1,
  ImageSharedV1,
  ImageShareReconsideredV1,
  ImageShareRejectedV1,
  ImageUnsharedV1,
  type MemberStatus,
  type ShareRecord,
} from '@imago/contracts';
import type { NewEvent } from '@imago/messaging';

const ANSWERS = {
  accepted: ImageShareAcceptedV1,
  rejected: ImageShareRejectedV1,
  pending: ImageShareReconsideredV1,
} as const satisfies Record<MemberStatus, EventDefinition>;

/** The event that tells of a new share. */
export function shared(share: ShareRecord, listVersion: number): NewEvent {
  return about(ImageSharedV1, { share, list_version: listVersion });
}

/** The event that tells of an answer. */
export function answered(share: ShareRecord): NewEvent {
  return about(ANSWERS[share.status], { share });
}

/** The event that tells of the end of a share; `closes` when the image is private from now on. */
export function unshared(share: ShareRecord, listVersion: number, closes: boolean): NewEvent {
  return about(ImageUnsharedV1, { share, list_version: listVersion, closes });
}

/** Part of the image's story, for the eyes of its owner and of the project it is shared with. */
function about<E extends EventDefinition>(event: E, data: DataOf<E> & { readonly share: ShareRecord }): NewEvent {
  const { image_id, owner, project_id, region } = data.share;
  return {
    event,
    subject: image_id,
    data,
    project_id: owner,
    region,
    audience: [owner, project_id],
  };
}
