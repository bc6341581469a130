import type { InstallationUser } from '@imago/system';
import { CASTS, type SharingSuite } from './casts.ts';
import { clearStage } from './clear-stage.ts';
import { startSystemUnderTest, type SystemUnderTest } from './system-under-test.ts';
import type { Tenant } from './tenant.ts';

/** What the suites that share a system need beside what every system under test has. */
const SETTINGS = {
  catalog: { CATALOG_COMMUNITY_IMAGES: 'true' },
  activity: {
    // Attempts follow each other quickly, and a worker that is gone is missed soon.
    ACTIVITY_WEBHOOK_ATTEMPTS: '3',
    ACTIVITY_WEBHOOK_RETRY_SECONDS: '0.1',
    ACTIVITY_WEBHOOK_TIMEOUT_SECONDS: '10', // longer than it takes to kill what waits
    ACTIVITY_WEBHOOK_DELIVERIES_AT_ONCE: '1',
    ACTIVITY_WEBHOOKS_PER_PROJECT: '500',
  },
  import: {
    IMPORT_OUTBOUND_HTTP: 'true',
    IMPORT_OUTBOUND_ALLOW: '127.0.0.1',
    IMPORT_OBJECT_STORES_PER_PROJECT: '500',
  },
} as const;

interface SharedSystem {
  readonly started: Promise<SystemUnderTest>;
  /** Whoever holds it and the suites that play on it; it stops after the last. */
  users: number;
}

let shared: SharedSystem | null = null;

/** Starts a system for several suites, with everybody who plays in them, and keeps it until it is released. */
export async function holdSystem(suites: readonly SharingSuite[]): Promise<void> {
  await useSystem(suites);
}

/** Gives the held system back. */
export async function releaseSystem(): Promise<void> {
  const system = shared;
  if (system === null) return;
  system.users -= 1;
  if (system.users > 0) return;
  shared = null;
  await (await system.started).close();
}

/**
 * The system for one suite, with projects of its own in it: the one that is held, or else one that is started for it.
 * Its `close` leaves nothing of the suite behind.
 */
export async function systemFor(suite: SharingSuite): Promise<SystemUnderTest> {
  const system = await useSystem([suite]);
  const named = (name: string): Tenant => system.other(nameIn(suite, name));
  const { images, others = [] } = CASTS[suite];
  const own: SystemUnderTest = {
    ...system,
    alice: named('alice'),
    bob: named('bob'),
    other: named,
    close: async () => {
      const isLast = shared?.users === 1;
      try {
        if (!isLast) await clearStage(own, [own.alice, own.bob, ...others.map(({ name }) => named(name))]);
      } finally {
        await releaseSystem();
      }
    },
  };
  if (images !== undefined) await grant(own.operator, own.alice, images);
  return own;
}

async function useSystem(suites: readonly SharingSuite[]): Promise<SystemUnderTest> {
  const options = { others: suites.flatMap(peopleOf), settings: SETTINGS, otherRegion: true };
  shared ??= { started: startSystemUnderTest(options), users: 0 };
  shared.users += 1;
  return shared.started;
}

type Person = Pick<InstallationUser, 'name' | 'project' | 'role'>;

function peopleOf(suite: SharingSuite): readonly Person[] {
  const { others = [], known } = CASTS[suite];
  const two = ['alice', 'bob'].map((name) => ({ name, project: 'own', role: 'member' }) as const);
  return [...(known === true ? [] : two), ...others].map(({ name, project, role }) => ({
    name: nameIn(suite, name),
    project: nameIn(suite, `project-of-${project === 'own' ? name : project}`),
    role,
  }));
}

/** Names are of the whole installation, so each suite's are its own. */
function nameIn(suite: SharingSuite, name: string): string {
  return CASTS[suite].known === true ? name : `${name}-${suite}`;
}

/** More places for images, as a tenant asks for them and the operator grants them. */
async function grant(operator: Tenant, tenant: Tenant, images: number): Promise<void> {
  const wish = { resource: 'images', requested_limit: images, reason: 'a suite with many images' };
  const { body } = await tenant.ask<{ id: string }>('POST', '/v1/quota-requests', wish);
  const { status } = await operator.ask('POST', `/v1/operator/quota-requests/${body.id}/approve`, {});
  if (status !== 200) throw new Error(`${tenant.user.name} was not granted ${images} images: ${status}`);
}
