import { z } from 'zod';
import { defineRequest, type RequestDefinition } from './define.ts';
import { imageStatus, visibility } from './image.ts';
import { jobState, jobType } from './job.ts';
import { byteCount, instant, projectId, regionName } from './scalars.ts';
import type { Service } from './services.ts';

/** Every service that keeps a state, and so has an outbox. */
export type ReportingService = Exclude<Service, 'gateway'>;

/** What a process of a service says of its service. */
export const serviceReport = z.object({
  /** When the process that answers was started; other processes of the service may be older. */
  started_at: instant,
  /** What keeps it from working, by what is looked at: `consumers`, `outbox`, `database`. Empty: nothing. */
  faults: z.record(z.string(), z.string()),
  /** Events that are committed and wait to be published; null when the database does not answer. */
  outbox: z
    .object({
      /** Counted up to 100,000. */
      unpublished: z.int().min(0),
      oldest_seconds: z.number().min(0),
    })
    .nullable(),
});

export type ServiceReport = z.output<typeof serviceReport>;

const reportService = { kind: 'query', request: z.object({}), response: serviceReport } as const;

type ReportRequest<S extends ReportingService> = RequestDefinition<
  S,
  'reportService',
  typeof reportService.request,
  typeof reportService.response
>;

function reportOf<S extends ReportingService>(service: S): ReportRequest<S> {
  return defineRequest(service, 'reportService', reportService);
}

/** Whether catalog can work, and what waits in its outbox, for operators. Refusals: auth.forbidden. */
export const ReportCatalog = reportOf('catalog');
/** Whether import can work, and what waits in its outbox, for operators. Refusals: auth.forbidden. */
export const ReportImport = reportOf('import');
/** Whether capture can work, and what waits in its outbox, for operators. Refusals: auth.forbidden. */
export const ReportCapture = reportOf('capture');
/** Whether export can work, and what waits in its outbox, for operators. Refusals: auth.forbidden. */
export const ReportExport = reportOf('export');
/** Whether sharing can work, and what waits in its outbox, for operators. Refusals: auth.forbidden. */
export const ReportSharing = reportOf('sharing');
/** Whether quota can work, and what waits in its outbox, for operators. Refusals: auth.forbidden. */
export const ReportQuota = reportOf('quota');
/** Whether compute can work, and what waits in its outbox, for operators. Refusals: auth.forbidden. */
export const ReportCompute = reportOf('compute');
/** Whether activity can work, and what waits in its outbox, for operators. Refusals: auth.forbidden. */
export const ReportActivity = reportOf('activity');

/** What each service is asked with. */
export const SERVICE_REPORTS: Readonly<{ [S in ReportingService]: ReportRequest<S> }> = {
  catalog: ReportCatalog,
  import: ReportImport,
  capture: ReportCapture,
  export: ReportExport,
  sharing: ReportSharing,
  quota: ReportQuota,
  compute: ReportCompute,
  activity: ReportActivity,
};

const count = z.int().min(0);

/** The jobs of a region, in figures. */
export const jobReport = z.object({
  /** What is under way or waits, by type and state; `silent` run and have told nothing for too long. */
  open: z.array(z.object({ type: jobType, state: jobState, jobs: count, silent: count })),
  /** Since when the figures below are complete: a day ago, or later when there were very many jobs. */
  since: instant,
  /** Jobs asked for since then that have ended; `code` says why one did not succeed. */
  ended: z.array(z.object({ type: jobType, state: jobState, code: z.string().nullable(), jobs: count })),
  /** Of those that succeeded: how many ended in each hour, and the bytes they had to do with. */
  throughput: z.array(z.object({ hour: instant, type: jobType, jobs: count, bytes: byteCount })),
});

export type JobReport = z.output<typeof jobReport>;

/** The jobs of a region, in figures, for operators. Refusals: auth.forbidden. */
export const ReportJobs = defineRequest('activity', 'reportJobs', {
  kind: 'query',
  request: z.object({ region: regionName }),
  response: jobReport,
});

/** What images take up in the store of a region. */
export const storageReport = z.object({
  /** Bytes of their objects, as they are stored. What is kept of deleted images is kept by layers and servers. */
  by_visibility: z.array(z.object({ visibility, deleted: z.boolean(), images: count, bytes: byteCount })),
  /** The projects with the most bytes, twenty of them. */
  by_project: z.array(z.object({ project_id: projectId, images: count, bytes: byteCount })),
  /** Images by what they are. */
  by_status: z.array(z.object({ status: imageStatus, images: count })),
});

export type StorageReport = z.output<typeof storageReport>;

/** What images take up in the store of a region, for operators. Refusals: auth.forbidden. */
export const ReportStorage = defineRequest('catalog', 'reportStorage', {
  kind: 'query',
  request: z.object({ region: regionName }),
  response: storageReport,
});
