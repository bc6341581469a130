import type { EventEnvelope, ImageRecord } from '@imago/contracts';
import type { RequestContext } from './request-context.ts';

/** What an image says of its owner's own affairs: buckets, servers, jobs, people. */
const OWNERS_ALONE = ['source', 'origin', 'agreement', 'job_id'] as const;

type Viewer = Pick<RequestContext, 'project_id' | 'roles'>;

/** The image as this caller may know it: with who has it from somebody else, its making is not shared. */
export function shownTo<I extends ImageRecord>(image: I, viewer: Viewer): I {
  return isOwn(image.owner, viewer) ? image : withoutAffairs(image);
}

/** Whether something of a project is the caller's own to look into. */
export function isOwn(project: string, { project_id, roles }: Viewer): boolean {
  return project === project_id || roles.includes('admin');
}

/**
 * An event as this caller may know it. Who else sees it is nobody's business but the operator's: it would tell members of
 * each other.
 */
export function eventShownTo(event: EventEnvelope, viewer: Viewer): object {
  if (viewer.roles.includes('admin')) return event;
  const shown = Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'audience'));
  const { data } = event;
  const hasImage = typeof data === 'object' && data !== null && 'image' in data;
  if (isOwn(event.projectid, viewer) || !hasImage) return shown;
  return { ...shown, data: { ...data, image: withoutAffairs(data.image as ImageRecord) } };
}

function withoutAffairs<I extends ImageRecord>(image: I): I {
  return { ...image, ...(Object.fromEntries(OWNERS_ALONE.map((name) => [name, null])) as Partial<ImageRecord>) };
}
