import { jobReport, refusalDocument, regionName, SERVICES, serviceReport, storageReport } from '@imago/contracts';
import { z } from 'zod';

/** A part that could not be told, and why. */
const untold = z.object({ error: refusalDocument.pick({ code: true, message: true, remedy: true }) });
export type Untold = z.output<typeof untold>;

/** A service as operators see it. `silent`: nobody of it answered in time, and `faults` says how. */
const shownService = serviceReport.extend({
  service: z.enum(SERVICES),
  state: z.enum(['ready', 'not_ready', 'silent']),
  started_at: serviceReport.shape.started_at.nullable(),
});
export type ShownService = z.output<typeof shownService>;

const queueDepth = z.object({
  queue: z.string(),
  /** Null of those that all services share. */
  service: z.enum(SERVICES).nullable(),
  purpose: z.enum(['events', 'requests', 'suspect', 'parked', 'retry']),
  /** Null when the queue is not there. */
  messages: z.int().min(0).nullable(),
  consumers: z.int().min(0).nullable(),
});

/** How the installation is doing in a region. Services and queues are those of all regions. */
export const operationsReport = z.object({
  region: regionName,
  as_of: z.iso.datetime(),
  services: z.array(shownService),
  queues: z.union([z.array(queueDepth), untold]),
  jobs: z.union([jobReport, untold]),
  storage: z.union([storageReport, untold]),
});
export type OperationsReport = Readonly<z.output<typeof operationsReport>>;
