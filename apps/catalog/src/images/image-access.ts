import { type MemberStatus, refusal, type Visibility } from '@imago/contracts';
import { type Action, decide, type Relation, type RequestContext } from '@imago/identity';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CATALOG_CONFIG } from '../config-token.ts';
import type { CatalogConfig } from '../config.ts';
import { ImageMembersRepository } from '../members/image-members.repository.ts';
import type { ImageRow } from './image.row.ts';
import { requireNoPart } from './machine-disks.ts';

/** Who asks, and where. */
export interface Asking {
  readonly region: string;
  readonly context: RequestContext;
}

/** Decides what callers may do with images, by the one policy. */
@Injectable()
export class ImageAccess {
  constructor(
    private readonly members: ImageMembersRepository,
    @Inject(CATALOG_CONFIG) private readonly config: Pick<CatalogConfig, 'CATALOG_COMMUNITY_IMAGES'>,
  ) {}

  /**
   * The image, when the caller may do this with it. One that is not there, not in this region, deleted, or not the
   * caller's to see is not found, and nothing tells which. A disk of a machine is seen by whoever sees the machine, and
   * what changes it is done with the machine.
   * @throws Refusal image.not_found, auth.forbidden, image.part_of_machine
   */
  async require(tx: EntityManager, action: Action, image: ImageRow | null, asking: Asking): Promise<ImageRow> {
    if (image === null || image.status === 'deleted' || image.region !== asking.region) throw notFound(asking.region);
    const { roles, project_id } = asking.context;
    const status = isReceived(image, project_id) ? await this.members.statusOf(tx, sharedAs(image), project_id) : null;
    const decision = decide(action, { roles, relation: relationTo(image, project_id, status) });
    if (decision === 'hide') throw notFound(asking.region);
    if (decision === 'forbid') throw forbidden();
    if (!OF_PARTS.has(action)) requireNoPart(image);
    return image;
  }

  /** Those of the images the caller sees; of a deleted one, whether it saw it. */
  async visible(
    tx: EntityManager,
    images: readonly ImageRow[],
    { roles, project_id }: RequestContext,
  ): Promise<ReadonlySet<string>> {
    const received = images.filter((image) => isReceived(image, project_id)).map(sharedAs);
    const statuses = await this.members.statusesOf(tx, received, project_id);
    const seen = images.filter((image) => {
      const relation = relationTo(image, project_id, statuses.get(sharedAs(image)) ?? null);
      return decide('image.get', { roles, relation }) === 'allow';
    });
    return new Set(seen.map(({ id }) => id));
  }

  /**
   * Registering is for the caller's own project; what everybody will see, and what another project gets, is the operator's.
   * @throws Refusal auth.forbidden
   */
  requireRegistering(context: RequestContext, visibility: Visibility, owner: string): void {
    if (decide('image.create', { roles: context.roles, relation: 'owner' }) !== 'allow') throw forbidden();
    this.requireVisibility(context, visibility);
    if (owner !== context.project_id) requireGiving(context);
  }

  /**
   * What everybody will see is the operator's; what everybody may use who knows of it is the owner's where that is allowed.
   * @throws Refusal auth.forbidden
   */
  requireVisibility(context: RequestContext, visibility: Visibility): void {
    if (visibility === 'private' || visibility === 'shared') return;
    const isOpened = visibility === 'community' && this.config.CATALOG_COMMUNITY_IMAGES;
    const action = isOpened ? 'image.communitize' : 'image.publish';
    if (decide(action, { roles: context.roles, relation: 'owner' }) !== 'allow') throw forbidden();
  }
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

/** What can be done with a disk of a machine by itself. */
const OF_PARTS: ReadonlySet<Action> = new Set([
  ...(['image.get', 'image.download', 'image.use', 'image.lineage'] as const),
  ...(['image.readiness', 'image.generalization'] as const),
]);

/** The image whose members see this one. */
function sharedAs({ id, machine_image_id }: ImageRow): string {
  return machine_image_id ?? id;
}

/** Only of these it matters who is a member: members count while the image is shared. */
function isReceived({ owner, visibility }: ImageRow, projectId: string): boolean {
  return visibility === 'shared' && owner !== projectId;
}

function relationTo({ owner, visibility }: ImageRow, projectId: string, status: MemberStatus | null): Relation {
  // What everybody has is the operator's, whoever it came from.
  if (visibility === 'public') return 'public';
  if (owner === projectId) return 'owner';
  if (visibility === 'community') return 'public';
  return status ?? 'none';
}

function notFound(region: string): Error {
  return refusal('image.not_found', `There is no such image in ${region}.`);
}

function forbidden(): Error {
  return refusal('auth.forbidden', 'Your role may not do this.');
}
