import { randomUUID } from 'node:crypto';
import {
  type HeldObject,
  LockServerDisk,
  refusal,
  RenewServerLocks,
  type RequestOf,
  type ResponseOf,
  type ServerRecord,
  UnlockServer,
} from '@imago/contracts';
import type { Extent } from '@imago/disk-image';
import { requireAllowed } from '@imago/identity';
import { OnRequest, type RequestCall } from '@imago/messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { requireService } from './require-service.ts';
import { PROJECT, REGION } from './requests.ts';
import { ServerExports } from './server-exports.ts';

/** A disk of a server: what it reads as now, and which runs of it the server wrote. */
export interface TestDisk {
  readonly id: string;
  readonly kind: 'system_disk' | 'data_disk';
  content: Buffer;
  changed: Extent[];
  readonly image_id: string | null;
  readonly base: HeldObject | null;
  generation: number;
}

export interface TestServer {
  readonly id: string;
  readonly project_id: string;
  status: ServerRecord['status'];
  readonly disks: readonly TestDisk[];
}

type Answer = ResponseOf<typeof LockServerDisk>;
type DiskWish = Partial<Omit<TestDisk, 'id'>> & { readonly content: Buffer };

/** What compute has: servers, their disks, their locks, and the exports of the locked ones. */
export class ComputeBook {
  readonly servers = new Map<string, TestServer>();
  /** The server and the disks each lock is of. */
  readonly locks = new Map<string, { readonly server: TestServer; readonly disks: readonly TestDisk[] }>();
  readonly renewed: string[] = [];
  /** Thrown instead of an answer to the next questions, after the thing was done. */
  loseAnswers: Error | null = null;
  refuseLooks: Error | null = null;
  refuseUnlocks: Error | null = null;
  #holding: { readonly arrive: () => void; readonly released: Promise<unknown> } | null = null;
  #tokens = 0;

  constructor(readonly exports: ServerExports) {}

  /** A stopped server with a system disk, and data disks behind it. */
  add(system: DiskWish, ...data: readonly DiskWish[]): TestServer {
    const disk = (kind: TestDisk['kind'], wish: DiskWish): TestDisk => {
      const id = randomUUID();
      return { changed: [], image_id: null, base: null, generation: 1, ...wish, id, kind };
    };
    const disks = [disk('system_disk', system), ...data.map((wish) => disk('data_disk', wish))];
    const server: TestServer = { id: randomUUID(), project_id: PROJECT, status: 'stopped', disks };
    this.servers.set(server.id, server);
    return server;
  }

  isLocked(server: TestServer): boolean {
    return [...this.locks.values()].some((lock) => lock.server === server);
  }

  /** Keeps looks at locks waiting until they are released. */
  holdLooks(): { readonly arrived: Promise<unknown>; release(): void } {
    const arrived = Promise.withResolvers<undefined>();
    const released = Promise.withResolvers<undefined>();
    const arrive = (): void => {
      arrived.resolve(undefined);
    };
    this.#holding = { arrive, released: released.promise };
    return {
      arrived: arrived.promise,
      release: () => {
        this.#holding = null;
        released.resolve(undefined);
      },
    };
  }

  /** What a look waits for. */
  async meetLook(): Promise<void> {
    this.#holding?.arrive();
    await this.#holding?.released;
    if (this.refuseLooks !== null) throw this.refuseLooks;
  }

  /** The lock is gone, without anybody having released it. */
  loseLock(lockId: string): void {
    for (const disk of this.locks.get(lockId)?.disks ?? []) this.exports.take(this.#nameOf(lockId, disk));
    this.locks.delete(lockId);
  }

  /** The export of the first disk of a lock has the name of the lock. */
  #nameOf(lockId: string, disk: TestDisk): string {
    return this.locks.get(lockId)?.disks[0] === disk ? lockId : `${lockId}:${disk.id}`;
  }

  answer(request: RequestOf<typeof LockServerDisk>): ResponseOf<typeof LockServerDisk> {
    const locked = this.locks.get(request.lock_id);
    if (locked === undefined) throw refusal('server.not_locked', 'The server is not locked.');
    const { server, disks } = locked;
    const disk = requireDisk(disks, request.disk_id);
    const token = `token-${++this.#tokens}`;
    const { content, changed } = disk;
    const url = this.exports.give(this.#nameOf(request.lock_id, disk), { token, content, changed });
    return {
      server: recordOf(server),
      disk: describe(disk),
      data_disks: request.scope === 'machine' ? disks.slice(1).map(describe) : [],
      export: { url, token },
      lease_seconds: 30,
      event_ids: [],
    };
  }
}

/* eslint-disable @typescript-eslint/require-await -- handlers answer promises */

@Controller()
export class ComputeController {
  constructor(private readonly book: ComputeBook) {}

  @OnRequest(LockServerDisk)
  async lock(
    @Payload() request: RequestOf<typeof LockServerDisk>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof LockServerDisk>> {
    if (request.acquire) {
      this.#acquire(request, context);
    } else {
      requireService(context.roles);
      await this.book.meetLook();
    }
    const answer = this.book.answer(request);
    if (this.book.loseAnswers !== null) throw this.book.loseAnswers;
    return answer;
  }

  @OnRequest(RenewServerLocks)
  async renew(
    @Payload() { lock_ids }: RequestOf<typeof RenewServerLocks>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof RenewServerLocks>> {
    requireService(context.roles);
    this.book.renewed.push(...lock_ids);
    return { lost: lock_ids.filter((id) => !this.book.locks.has(id)) };
  }

  @OnRequest(UnlockServer)
  async unlock(
    @Payload() { lock_id }: RequestOf<typeof UnlockServer>,
    @Ctx() { context }: RequestCall,
  ): Promise<ResponseOf<typeof UnlockServer>> {
    requireService(context.roles);
    if (this.book.refuseUnlocks !== null) throw this.book.refuseUnlocks;
    const unlocked = this.book.locks.has(lock_id);
    this.book.loseLock(lock_id);
    return { unlocked, event_ids: [] };
  }

  #acquire(request: RequestOf<typeof LockServerDisk>, context: RequestCall['context']): void {
    const server = this.book.servers.get(request.server_id);
    if (server === undefined) throw refusal('server.not_found', 'There is no such server.');
    requireAllowed('server.capture', context, server.project_id === context.project_id ? 'owner' : 'none');
    if (server.status !== 'stopped') throw refusal('server.not_stopped', `The server is ${server.status}.`);
    const disk = requireDisk(server.disks, request.disk_id);
    if (this.book.locks.get(request.lock_id)?.disks.includes(disk)) return;
    if (this.book.isLocked(server)) throw refusal('server.busy', 'The server is being captured.');
    this.book.locks.set(request.lock_id, { server, disks: request.scope === 'machine' ? server.disks : [disk] });
  }
}

function requireDisk(disks: readonly TestDisk[], diskId: string | null): TestDisk {
  const found = disks.find(({ id, kind }) =>
    diskId === null ? kind === 'system_disk' : id === diskId && kind === 'data_disk',
  );
  if (found === undefined) throw refusal('server.disk_not_found', 'The server has no such disk.');
  return found;
}

function describe({ id, kind, content, image_id, base, generation }: TestDisk): Answer['disk'] {
  return { id, kind, size: content.length.toString(), image_id, base, generation };
}

function recordOf({ id, project_id, status, disks }: TestServer): ServerRecord {
  const now = new Date().toISOString();
  const [system, ...data] = disks;
  return {
    id,
    name: 'web-1',
    project_id,
    region: REGION,
    status,
    task: 'capturing',
    job_id: null,
    flavor: { name: 'small', vcpus: 1, ram: 512 },
    image_id: system?.image_id ?? randomUUID(),
    image_name: 'debian',
    os_distro: 'debian',
    os_version: '12',
    boot_mode: 'uefi',
    system_disk: { size_gib: 1 },
    data_disks: data.map((disk) => ({ id: disk.id, size_gib: 1, image_id: disk.image_id })),
    network: { name: 'default', mac_address: '52:54:00:00:00:01' },
    fault: null,
    created_at: now,
    updated_at: now,
    started_at: null,
    version: 1,
  };
}
