import { type ErrorCode, refusal } from '@imago/contracts';
import type { RequestContext } from './request-context.ts';
import { type Role, withImplied } from './roles.ts';

/**
 * How the caller's project stands to the thing it asks about. `accepted`, `pending` and `rejected` are members of a shared image;
 * `operator` is what belongs to no project but to the running of the cloud.
 */
export type Relation = 'owner' | 'accepted' | 'pending' | 'rejected' | 'public' | 'none' | 'operator';

/** Of the caller to an image that catalog has shown to it, so it is no secret; what everybody has is the operator's. */
export function relationToShown(
  { owner, visibility }: { readonly owner: string; readonly visibility: string },
  { project_id }: Pick<RequestContext, 'project_id'>,
): Relation {
  if (visibility === 'public') return 'public';
  return owner === project_id ? 'owner' : 'accepted';
}

interface Rule {
  /** One of these is needed, or a role that implies one of them. */
  readonly roles: readonly Role[];
  /** The caller must stand in one of these relations. */
  readonly relations: readonly Relation[];
}

/** Who may do what. Operators (`admin`) may do everything with everything; this is what the others may. */
export const POLICY = {
  'image.list': { roles: ['reader'], relations: ['owner', 'accepted', 'public'] },
  'image.get': { roles: ['reader'], relations: ['owner', 'accepted', 'pending', 'rejected', 'public'] },
  'image.download': { roles: ['member'], relations: ['owner', 'accepted', 'public'] },
  'image.use': { roles: ['member'], relations: ['owner', 'accepted', 'public'] },
  'image.create': { roles: ['member'], relations: ['owner'] },
  'image.import': { roles: ['member'], relations: ['owner'] },
  'offline_import.create': { roles: [], relations: [] },
  'image.upload': { roles: ['member'], relations: ['owner'] },
  'image.update': { roles: ['member'], relations: ['owner'] },
  'image.tag': { roles: ['member'], relations: ['owner'] },
  'image.communitize': { roles: ['member'], relations: ['owner'] },
  'image.give': { roles: [], relations: [] },
  'image.deactivate': { roles: ['member'], relations: ['owner'] },
  'image.reactivate': { roles: ['member'], relations: ['owner'] },
  'image.lineage': { roles: ['reader'], relations: ['owner', 'accepted', 'public'] },
  'image.readiness': { roles: ['reader'], relations: ['owner', 'accepted', 'public'] },
  'image.boot_proof': { roles: ['reader'], relations: ['owner', 'accepted', 'public'] },
  'image.prove_boot': { roles: ['member'], relations: ['owner'] },
  'image.scan': { roles: ['reader'], relations: ['owner'] },
  'image.request_scan': { roles: ['member'], relations: ['owner'] },
  'image.damages': { roles: ['reader'], relations: ['owner', 'accepted', 'public'] },
  'image.generalization': { roles: ['reader'], relations: ['owner', 'accepted', 'public'] },
  'image.export': { roles: ['member'], relations: ['owner'] },
  'image.copy': { roles: ['member'], relations: ['owner', 'accepted'] },
  'image.flatten': { roles: ['member'], relations: ['owner'] },
  'image.delete': { roles: ['member'], relations: ['owner'] },
  'image.review': { roles: [], relations: [] },
  'image.publish': { roles: [], relations: [] },
  'image.events': { roles: ['reader'], relations: ['owner', 'accepted', 'public'] },
  'share.list': { roles: ['reader'], relations: ['owner', 'accepted', 'pending', 'rejected'] },
  'share.create': { roles: ['member'], relations: ['owner'] },
  'share.delete': { roles: ['member'], relations: ['owner'] },
  'share.inbox': { roles: ['reader'], relations: ['owner'] },
  'share.answer': { roles: ['member'], relations: ['accepted', 'pending', 'rejected'] },
  'job.list': { roles: ['reader'], relations: ['owner'] },
  'job.get': { roles: ['reader'], relations: ['owner'] },
  'job.cancel': { roles: ['member'], relations: ['owner'] },
  'metadef.get': { roles: ['reader'], relations: ['owner', 'public'] },
  'metadef.manage': { roles: [], relations: [] },
  'task.list': { roles: [], relations: [] },
  'task.get': { roles: [], relations: [] },
  'store.detail': { roles: [], relations: [] },
  'server.list': { roles: ['reader'], relations: ['owner'] },
  'server.get': { roles: ['reader'], relations: ['owner'] },
  'server.console': { roles: ['reader'], relations: ['owner'] },
  'server.create': { roles: ['member'], relations: ['owner'] },
  'server.operate': { roles: ['member'], relations: ['owner'] },
  'server.change_os': { roles: ['member'], relations: ['owner'] },
  'server.capture': { roles: ['member'], relations: ['owner'] },
  'server.delete': { roles: ['member'], relations: ['owner'] },
  'quota.get': { roles: ['reader'], relations: ['owner'] },
  'quota_request.create': { roles: ['member'], relations: ['owner'] },
  'quota_request.get': { roles: ['reader'], relations: ['owner'] },
  'quota_request.decide': { roles: [], relations: [] },
  'usage.get': { roles: ['reader'], relations: ['owner'] },
  'event.follow': { roles: ['reader'], relations: ['owner'] },
  'reconciliation.list': { roles: [], relations: [] },
  'reconciliation.start': { roles: [], relations: [] },
  'operations.get': { roles: [], relations: [] },
  'scrub.get': { roles: [], relations: [] },
  'scrub.start': { roles: [], relations: [] },
  'parked.list': { roles: [], relations: [] },
  'parked.replay': { roles: [], relations: [] },
  'parked.drop': { roles: [], relations: [] },
  'audit.list': { roles: ['reader'], relations: ['owner'] },
  'webhook.get': { roles: ['reader'], relations: ['owner'] },
  'webhook.manage': { roles: ['member'], relations: ['owner'] },
  'upload.get': { roles: ['reader'], relations: ['owner'] },
  'upload.manage': { roles: ['member'], relations: ['owner'] },
  'object_store.get': { roles: ['reader'], relations: ['owner'] },
  'object_store.manage': { roles: ['member'], relations: ['owner'] },
  'bucket.list': { roles: ['reader'], relations: ['owner'] },
  'bucket.browse': { roles: ['reader'], relations: ['owner'] },
  'bucket.assign': { roles: [], relations: [] },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof POLICY;

/** `forbid` = 403, the caller sees it but may not; `hide` = 404, the caller must not learn that it is there. */
export type Decision = 'allow' | 'forbid' | 'hide';

/** Actions other services do on their own account, for any project. */
const SERVICE_ACTIONS: ReadonlySet<Action> = new Set([
  'image.get',
  'image.list',
  'image.download',
  'image.prove_boot',
  'job.get',
  'audit.list',
]);

/** Decides one action by the one table. */
export function decide(action: Action, caller: { roles: readonly Role[]; relation: Relation }): Decision {
  const roles = withImplied(caller.roles);
  if (roles.includes('admin')) return 'allow';
  if (roles.includes('service') && SERVICE_ACTIONS.has(action)) return 'allow';
  const rule: Rule = POLICY[action];
  if (rule.relations.includes(caller.relation) && rule.roles.some((role) => roles.includes(role))) return 'allow';
  return caller.relation === 'none' ? 'hide' : 'forbid';
}

/** What a caller is told of a thing that is hidden from it, by the first word of the action. */
const HIDDEN: Readonly<Record<string, ErrorCode>> = {
  image: 'image.not_found',
  job: 'job.not_found',
  server: 'server.not_found',
  share: 'image.not_found',
  quota_request: 'quota_request.not_found',
  webhook: 'webhook.not_found',
  upload: 'upload.not_found',
  object_store: 'object_store.not_found',
  metadef: 'metadef.not_found',
};

/**
 * Lets the caller through or refuses.
 * @throws Refusal auth.forbidden, or the not-found of the thing when the caller must not learn of it.
 */
export function requireAllowed(action: Action, context: Pick<RequestContext, 'roles'>, relation: Relation): void {
  const decision = decide(action, { roles: context.roles, relation });
  if (decision === 'allow') return;
  if (decision === 'forbid') throw refusal('auth.forbidden', 'Your role may not do this.', { action });
  const [thing = ''] = action.split('.');
  throw refusal(HIDDEN[thing] ?? 'request.not_found', `There is no such ${thing.replaceAll('_', ' ')}.`);
}
