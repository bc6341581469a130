import { z } from 'zod';
import { defineEvent } from './define.ts';
import { refusalDocument } from './errors.ts';
import { jobView } from './job.ts';
import { serverRecord, serverTask, stopReason } from './server.ts';

const job = z.object({ job: jobView, task: serverTask, server_ids: z.array(z.uuid()) });
const server = z.object({ server: serverRecord });

/** A tenant's order for one server, or for several new ones, was accepted; its job waits. */
export const ServerJobRequestedV1 = defineEvent('compute', 'ServerJobRequested', 1, job);
/** The job moved. */
export const ServerJobProgressedV1 = defineEvent('compute', 'ServerJobProgressed', 1, job);
/** What was ordered is done, for every server of the job. */
export const ServerJobSucceededV1 = defineEvent('compute', 'ServerJobSucceeded', 1, job);
/** It was not done; of several new servers, the details of the error name those that failed and why. */
export const ServerJobFailedV1 = defineEvent('compute', 'ServerJobFailed', 1, job.extend({ error: refusalDocument }));
/** The tenant cancelled it. */
export const ServerJobCancelledV1 = defineEvent(
  'compute',
  'ServerJobCancelled',
  1,
  job.extend({ error: refusalDocument }),
);

/** A server has its disks; it was not running before, and `ServerStarted` follows. */
export const ServerCreatedV1 = defineEvent('compute', 'ServerCreated', 1, server);
/** Its virtual machine was switched on. */
export const ServerStartedV1 = defineEvent('compute', 'ServerStarted', 1, server);
/** Its virtual machine is off. */
export const ServerStoppedV1 = defineEvent('compute', 'ServerStopped', 1, server.extend({ reason: stopReason }));
/** Its virtual machine was started again without having been switched off. */
export const ServerRebootedV1 = defineEvent('compute', 'ServerRebooted', 1, server);
/** Its system disk was replaced by one of another image; id and data disks are the same. */
export const ServerOsChangedV1 = defineEvent(
  'compute',
  'ServerOsChanged',
  1,
  server.extend({ previous_image_id: z.uuid() }),
);
/** The server and its disks are gone. */
export const ServerDeletedV1 = defineEvent('compute', 'ServerDeleted', 1, server);
/** Something went wrong with a server; its record says what, and whether it still is one. */
export const ServerFailedV1 = defineEvent('compute', 'ServerFailed', 1, server.extend({ error: refusalDocument }));
/** A server was locked for a capture, or released after one; its record says which. */
export const ServerLockChangedV1 = defineEvent('compute', 'ServerLockChanged', 1, server);
