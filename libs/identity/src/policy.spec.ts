import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Action, decide, POLICY, type Relation, requireAllowed } from './policy.ts';
import { personRole, type Role } from './roles.ts';

const actions = Object.keys(POLICY) as Action[];
const relations: Relation[] = ['owner', 'accepted', 'pending', 'public', 'none', 'operator'];
const action = fc.constantFrom(...actions);
const relation = fc.constantFrom(...relations);

describe('the policy table', () => {
  it.each<[Action, Role, Relation, string]>([
    ['image.get', 'reader', 'owner', 'allow'],
    ['image.get', 'reader', 'pending', 'allow'],
    ['image.get', 'member', 'none', 'hide'],
    ['image.get', 'admin', 'none', 'allow'],
    ['image.get', 'service', 'none', 'allow'],
    ['image.list', 'service', 'none', 'allow'],
    ['image.delete', 'service', 'owner', 'forbid'],
    ['image.download', 'reader', 'owner', 'forbid'],
    ['image.download', 'member', 'accepted', 'allow'],
    ['image.download', 'member', 'pending', 'forbid'],
    ['image.delete', 'member', 'owner', 'allow'],
    ['image.delete', 'reader', 'owner', 'forbid'],
    ['image.delete', 'member', 'public', 'forbid'],
    ['image.delete', 'member', 'accepted', 'forbid'],
    ['image.delete', 'member', 'none', 'hide'],
    ['image.tag', 'member', 'owner', 'allow'],
    ['image.tag', 'reader', 'owner', 'forbid'],
    ['image.give', 'member', 'owner', 'forbid'],
    ['image.deactivate', 'member', 'owner', 'allow'],
    ['image.deactivate', 'member', 'public', 'forbid'],
    ['image.reactivate', 'admin', 'none', 'allow'],
    ['image.publish', 'member', 'owner', 'forbid'],
    ['image.publish', 'admin', 'owner', 'allow'],
    ['job.cancel', 'reader', 'owner', 'forbid'],
    ['job.cancel', 'member', 'none', 'hide'],
    ['image.use', 'reader', 'public', 'forbid'],
    ['image.use', 'member', 'public', 'allow'],
    ['image.use', 'member', 'accepted', 'allow'],
    ['image.use', 'member', 'pending', 'forbid'],
    ['image.use', 'member', 'none', 'hide'],
    ['image.use', 'service', 'owner', 'forbid'],
    ['server.console', 'reader', 'owner', 'allow'],
    ['server.create', 'reader', 'owner', 'forbid'],
    ['server.operate', 'reader', 'owner', 'forbid'],
    ['server.change_os', 'member', 'none', 'hide'],
    ['server.delete', 'member', 'owner', 'allow'],
    ['server.delete', 'admin', 'none', 'allow'],
    ['bucket.assign', 'member', 'operator', 'forbid'],
    ['image.scan', 'reader', 'owner', 'allow'],
    ['image.scan', 'member', 'accepted', 'forbid'],
    ['image.scan', 'member', 'none', 'hide'],
    ['image.request_scan', 'reader', 'owner', 'forbid'],
    ['image.prove_boot', 'service', 'none', 'allow'],
    ['image.prove_boot', 'member', 'accepted', 'forbid'],
    ['bucket.assign', 'admin', 'operator', 'allow'],
  ])('decides %s by a %s in relation %s: %s', (what, role, how, decision) => {
    expect(decide(what, { roles: [role], relation: how })).toBe(decision);
  });

  it('never shows a tenant that something of others is there', () => {
    fc.assert(
      fc.property(action, fc.subarray(['reader', 'member'] as Role[]), (what, roles) => {
        expect(decide(what, { roles, relation: 'none' })).toBe('hide');
      }),
    );
  });

  it('allows nothing without a role', () => {
    fc.assert(
      fc.property(action, relation, (what, how) => {
        expect(decide(what, { roles: [], relation: how })).not.toBe('allow');
      }),
    );
  });

  it('allows a stronger role everything a weaker one may', () => {
    fc.assert(
      fc.property(action, relation, fc.nat(1), (what, how, weaker) => {
        const [weak, strong] = personRole.options.slice(weaker, weaker + 2);
        if (weak === undefined || strong === undefined) throw new Error('there are three roles');
        fc.pre(decide(what, { roles: [weak], relation: how }) === 'allow');
        expect(decide(what, { roles: [strong], relation: how })).toBe('allow');
      }),
    );
  });

  it('refuses in words that tell no more than the decision', () => {
    const roles: Role[] = ['member'];
    expect(() => {
      requireAllowed('image.delete', { roles }, 'none');
    }).toThrow(expect.objectContaining({ code: 'image.not_found' }));
    expect(() => {
      requireAllowed('job.cancel', { roles }, 'none');
    }).toThrow(expect.objectContaining({ code: 'job.not_found' }));
    expect(() => {
      requireAllowed('server.console', { roles }, 'none');
    }).toThrow(expect.objectContaining({ code: 'server.not_found' }));
    expect(() => {
      requireAllowed('image.delete', { roles }, 'public');
    }).toThrow(expect.objectContaining({ code: 'auth.forbidden' }));
    expect(() => {
      requireAllowed('image.delete', { roles }, 'owner');
    }).not.toThrow();
  });
});
