import { refusal, type Visibility } from '@imago/contracts';
import { type Action, decide, type Relation, type RequestContext } from '@imago/identity';
import type { ImageRow } from './image.row.ts';

/** Who asks, and where. */
export interface Asking {
  readonly region: string;
  readonly context: RequestContext;
}

/**
 * The image, when the caller may do this with it. One that is not there, not in this region, deleted, or not the
 * caller's to see is not found, and nothing tells which.
 * @throws Refusal image.not_found, auth.forbidden
 */
export function requireImage(action: Action, image: ImageRow | null, asking: Asking): ImageRow {
  if (image === null || image.status === 'deleted' || image.region !== asking.region) throw notFound(asking.region);
  const { roles } = asking.context;
  const decision = decide(action, { roles, relation: relationTo(image, asking.context.project_id) });
  if (decision === 'hide') throw notFound(asking.region);
  if (decision === 'forbid') throw forbidden();
  return image;
}

/** Whether the caller sees an image; of a deleted one, whether it saw it. */
export function maySee(image: ImageRow, { roles, project_id }: RequestContext): boolean {
  return decide('image.get', { roles, relation: relationTo(image, project_id) }) === 'allow';
}

/**
 * The project whose view of the list the caller gets; null when it sees every project's images.
 * @throws Refusal auth.forbidden
 */
export function requireListing(context: RequestContext): string | null {
  if (decide('image.list', { roles: context.roles, relation: 'none' }) === 'allow') return null;
  if (decide('image.list', { roles: context.roles, relation: 'owner' }) === 'allow') return context.project_id;
  throw forbidden();
}

/**
 * Registering is for the caller's own project; what everybody will see, and what another project gets, is the operator's.
 * @throws Refusal auth.forbidden
 */
export function requireRegistering(context: RequestContext, visibility: Visibility, owner: string): void {
  if (decide('image.create', { roles: context.roles, relation: 'owner' }) !== 'allow') throw forbidden();
  requireVisibility(context, visibility);
  if (owner !== context.project_id) requireGiving(context);
}

/**
 * What everybody will see is the operator's.
 * @throws Refusal auth.forbidden
 */
export function requireVisibility(context: RequestContext, visibility: Visibility): void {
  if (visibility === 'private' || visibility === 'shared') return;
  if (decide('image.publish', { roles: context.roles, relation: 'owner' }) !== 'allow') throw forbidden();
}

/**
 * Only operators give an image to another project.
 * @throws Refusal auth.forbidden
 */
export function requireGiving(context: RequestContext): void {
  if (decide('image.give', { roles: context.roles, relation: 'owner' }) !== 'allow') throw forbidden();
}

/**
 * What only another service does.
 * @throws Refusal auth.forbidden
 */
export function requireService(context: RequestContext): void {
  if (!context.roles.includes('service')) throw forbidden();
}

/**
 * What only services and operators ask.
 * @throws Refusal auth.forbidden
 */
export function requireOperation(context: RequestContext): void {
  if (!context.roles.includes('service') && !context.roles.includes('admin')) throw forbidden();
}

function relationTo(image: ImageRow, projectId: string): Relation {
  if (image.owner === projectId) return 'owner';
  return image.visibility === 'public' || image.visibility === 'community' ? 'public' : 'none';
}

function notFound(region: string): Error {
  return refusal('image.not_found', `There is no such image in ${region}.`);
}

function forbidden(): Error {
  return refusal('auth.forbidden', 'Your role may not do this.');
}
