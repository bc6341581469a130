import { setTimeout as delay } from 'node:timers/promises';
import { type Service, SERVICES } from '@imago/contracts';
import type { Chance } from './chance.ts';
import type { OwnServers } from './own-servers.ts';
import type { SystemUnderTest } from './system-under-test.ts';

/** Milliseconds of work between two disturbances, and of a store that hangs, at most. */
const BETWEEN = 700;
const PAUSE = 4_000;

/** One thing that goes wrong: the SIGKILL of a service or a server, or an object store that hangs. */
export type Disturbance = Service | 'postgres' | 'rabbitmq' | 's3' | 's3_paused';

const SERVERS: readonly Disturbance[] = ['postgres', 'rabbitmq', 's3', 's3_paused'];

/**
 * What a campaign disturbs, in order: each server in its turn, the same share of all of them, and any of the services at
 * random between.
 */
export function planOf(kills: number, chance: Chance): readonly Disturbance[] {
  const every = Math.max(2, Math.min(8, Math.floor(kills / SERVERS.length)));
  return Array.from({ length: kills }, (_, at) => {
    const turn = Math.floor(at / every) % SERVERS.length;
    const isServers = at % every === every - 1;
    return (isServers ? SERVERS[turn] : chance.one(SERVICES)) ?? 'catalog';
  });
}

/** Disturbs one after the other, each at a random moment, and lets it come back before the next. */
export class Disturbances {
  readonly counts: Record<string, number> = {};

  constructor(
    private readonly sut: SystemUnderTest,
    private readonly servers: OwnServers,
    private readonly chance: Chance,
  ) {}

  async run(plan: readonly Disturbance[]): Promise<void> {
    for (const disturbance of plan) {
      await delay(this.chance.upTo(BETWEEN)); // the moment of the kill: chance is the point here
      await this.#disturb(disturbance);
      this.counts[disturbance] = (this.counts[disturbance] ?? 0) + 1;
    }
  }

  async #disturb(disturbance: Disturbance): Promise<void> {
    switch (disturbance) {
      case 'postgres':
        return this.servers.postgres.crash();
      case 'rabbitmq':
        return this.servers.rabbitmq.crash();
      case 's3':
        return this.servers.s3.crash();
      case 's3_paused':
        return this.servers.s3.pause(1_000 + this.chance.upTo(PAUSE));
      default: {
        const service = this.sut.system.service(disturbance);
        await service.kill('SIGKILL');
        await service.start();
      }
    }
  }
}
