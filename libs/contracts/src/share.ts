import { z } from 'zod';
import { givenName, instant, projectId, regionName } from './scalars.ts';

/** What a project says to an image that is shared with it. */
export const memberStatus = z.enum(['pending', 'accepted', 'rejected']);
export type MemberStatus = z.output<typeof memberStatus>;

/** Why a share is over: its owner took it back, or deleted the image. */
export const shareEnd = z.enum(['unshared', 'image_deleted']);

/** One image shared with one project, as sharing, which owns the truth about it, answers. */
export const shareRecord = z.object({
  image_id: z.uuid(),
  /** As the image was called when sharing last heard of it. */
  image_name: givenName.nullable(),
  /** The project the image belongs to. */
  owner: projectId,
  region: regionName,
  /** The project it is shared with. */
  project_id: projectId,
  status: memberStatus,
  /** Null while the share stands. One that is over stays in the inbox as the answer to where the image went. */
  ended: z.object({ reason: shareEnd, ended_at: instant }).nullable(),
  created_at: instant,
  updated_at: instant,
  /** Grows with every change of this share, also when the image is shared with the same project once more. */
  version: z.int().min(1),
});
export type ShareRecord = z.output<typeof shareRecord>;
