import { z } from 'zod';
import { heldObject } from './catalog.requests.ts';
import { defineRequest } from './define.ts';
import { anyJobView } from './job.ts';
import { byteCount, imageName, regionName } from './scalars.ts';
import { difference } from './reconciliation.ts';
import { dataDiskWish, diskSize, MOST_DATA_DISKS, serverRecord, serverStatus, userData } from './server.ts';

const idempotencyKey = z.string().min(1).max(255).nullable();
const serverInRegion = z.object({ server_id: z.uuid(), region: regionName });
const ordered = z.object({ job: anyJobView, server: serverRecord, event_ids: z.array(z.uuid()) });

/** A disk of a locked server, as it is read. */
const lockedDisk = z.object({
  id: z.uuid(),
  kind: z.enum(['system_disk', 'data_disk']),
  /** Bytes. */
  size: byteCount,
  image_id: z.uuid().nullable(),
  base: heldObject.nullable(),
  /** Another number: its content may have changed since. */
  generation: z.int().min(0),
});

/**
 * Makes 1 to N servers from an image the caller may use; one job, with an answer per server. The data disks of a
 * full-machine image come before those that are wished for. Idempotent by `idempotency_key` per project. Of several servers each name gets a number: `web-1`, `web-2`.
 * Refusals: image.not_found, image.deactivated, image.not_active, server.image_unusable, server.disk_size_mismatch,
 * server.disk_too_small, server.disks_exceeded, server.ram_too_small, server.flavor_not_found, server.network_not_found,
 * server.count_exceeded, server.host_not_available, server.host_disk_full, server.host_memory_full,
 * request.idempotency_conflict, auth.forbidden.
 */
export const CreateServers = defineRequest('compute', 'createServers', {
  kind: 'command',
  request: z.object({
    region: regionName,
    idempotency_key: idempotencyKey,
    name: imageName,
    count: z.int().min(1).max(1000),
    image_id: z.uuid(),
    flavor: z.string().max(64),
    network: z.string().max(64),
    /** Only a check: the disk has exactly the image's size, whatever is said here. */
    system_disk_gib: diskSize.nullable(),
    data_disks: z.array(dataDiskWish).max(MOST_DATA_DISKS),
    user_data: userData.nullable(),
  }),
  response: z.object({ job: anyJobView, servers: z.array(serverRecord), event_ids: z.array(z.uuid()) }),
});

/** A page of the servers of the caller's project, newest first. Refusals: server.marker_not_found, auth.forbidden. */
export const ListServers = defineRequest('compute', 'listServers', {
  kind: 'query',
  request: z.object({
    region: regionName,
    limit: z.int().min(1).max(1000),
    marker: z.uuid().nullable(),
    name: z.string().max(255).nullable().default(null),
    status: serverStatus.nullable().default(null),
    image_id: z.uuid().nullable().default(null),
  }),
  response: z.object({ servers: z.array(serverRecord), next_marker: z.uuid().nullable() }),
});

/** The networks a server may be in; nothing of anybody's. */
export const ListNetworks = defineRequest('compute', 'listNetworks', {
  kind: 'query',
  request: z.object({ region: regionName }),
  response: z.object({
    /** `restricted`: it gives an address by DHCP and leads nowhere. */
    networks: z.array(z.object({ name: z.string().min(1), restricted: z.boolean() })),
  }),
});

/** One server of the caller's project. Refusal: server.not_found. */
export const GetServer = defineRequest('compute', 'getServer', {
  kind: 'query',
  request: serverInRegion,
  response: z.object({ server: serverRecord }),
});

/**
 * Switches a server on, off, or off and on. `hard` cuts the power instead of pressing the button; a guest that does not
 * react to the button within the time set is cut off too. Idempotent by `idempotency_key`; starting what runs and
 * stopping what is stopped is refused. Refusals: server.not_found, auth.forbidden, server.busy, server.wrong_state,
 * server.host_memory_full.
 */
export const OperateServer = defineRequest('compute', 'operateServer', {
  kind: 'command',
  request: serverInRegion.extend({
    action: z.enum(['start', 'stop', 'reboot']),
    hard: z.boolean().default(false),
    idempotency_key: idempotencyKey,
  }),
  response: ordered,
});

/**
 * Replaces the system disk of a stopped server by a new one of an image of its region; what was on it is gone, id and
 * data disks stay. Of a full-machine image it is the system disk alone. Refusals: as CreateServers, and server.not_found, server.busy, server.not_stopped.
 */
export const ChangeServerOs = defineRequest('compute', 'changeServerOs', {
  kind: 'command',
  request: serverInRegion.extend({
    image_id: z.uuid(),
    user_data: userData.nullable(),
    idempotency_key: idempotencyKey,
  }),
  response: ordered,
});

/** Deletes a server and its disks, whatever it is doing. Idempotent. Refusals: server.not_found, auth.forbidden, server.busy. */
export const DeleteServer = defineRequest('compute', 'deleteServer', {
  kind: 'command',
  request: serverInRegion,
  response: ordered,
});

/**
 * What the server wrote to its serial console, its last `length` bytes as text; what is no text is shown as U+FFFD.
 * Refusals: server.not_found, auth.forbidden.
 */
export const GetServerConsole = defineRequest('compute', 'getServerConsole', {
  kind: 'query',
  request: serverInRegion.extend({ length: z.int().min(1).max(262_144) }),
  response: z.object({ output: z.string() }),
});

/** Cancels a job of the caller's project; servers that are not built yet will not be. Refusals: job.not_found, job.wrong_state. */
export const CancelServerJob = defineRequest('compute', 'cancelServerJob', {
  kind: 'command',
  request: z.object({ job_id: z.uuid() }),
  response: z.object({ job: anyJobView, event_ids: z.array(z.uuid()) }),
});

/**
 * Locks a stopped server for the capture of one of its disks, or of all of them: until the lock is released or lapses it is not started,
 * given another system or deleted. Asked again under the same lock it says the same, with the export as it is now.
 * `export` is where the disk is read, over HTTP, with the token as bearer, as long as the lock lasts:
 * `GET <url>/map` (JSON: `{"changed": [[offset, length], …]}`, what the server wrote since it got the disk) and
 * `GET <url>/data` with a Range. Refusals: server.not_found, auth.forbidden, server.not_stopped, server.busy,
 * server.disk_not_found, server.host_not_available.
 */
export const LockServerDisk = defineRequest('compute', 'lockServerDisk', {
  kind: 'command',
  request: serverInRegion.extend({
    lock_id: z.uuid(),
    /** Null: the system disk. */
    disk_id: z.uuid().nullable(),
    /** `machine`: all disks are locked, and the one that is named is the one that is told of and exported. */
    scope: z.enum(['disk', 'machine']).default('disk'),
    /** False: only a look at what is locked already, for a worker that goes on; server.not_locked when it is not. */
    acquire: z.boolean(),
  }),
  response: z.object({
    server: serverRecord,
    disk: lockedDisk,
    /** Of a locked machine: its data disks, in their order. */
    data_disks: z.array(lockedDisk).default([]),
    export: z.object({ url: z.url(), token: z.string() }),
    lease_seconds: z.int().min(1),
    event_ids: z.array(z.uuid()),
  }),
});

/** Keeps locks alive (role `service`), and answers which of them are not any more. */
export const RenewServerLocks = defineRequest('compute', 'renewServerLocks', {
  kind: 'command',
  request: z.object({ lock_ids: z.array(z.uuid()).min(1).max(1000) }),
  response: z.object({ lost: z.array(z.uuid()) }),
});

/** Releases a lock (role `service`); its export is gone. Idempotent; a lock that is not there is fine. */
export const UnlockServer = defineRequest('compute', 'unlockServer', {
  kind: 'command',
  request: z.object({ lock_id: z.uuid() }),
  response: z.object({ unlocked: z.boolean(), event_ids: z.array(z.uuid()) }),
});

/**
 * Holds the locks of a region's servers against those that captures need and may still hold (role `service`). Problems,
 * each of a lock: `lock_missing` (needed and not there), `lock_unneeded` (there and held by no capture). Refusals:
 * auth.forbidden.
 */
export const CompareLocks = defineRequest('compute', 'compareLocks', {
  kind: 'query',
  request: z.object({
    region: regionName,
    needed: z.array(z.uuid()).max(10_000),
    /** Those of captures that have ended and are about to release them. */
    ending: z.array(z.uuid()).max(10_000),
  }),
  response: z.object({ differences: z.array(difference) }),
});
