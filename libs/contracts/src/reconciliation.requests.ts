import { z } from 'zod';
import { defineRequest, type RequestDefinition } from './define.ts';
import { difference, reconciliationName, type ReconcilingService } from './reconciliation.ts';
import { regionName } from './scalars.ts';

/** How the last comparison in a region ended, and when the next one begins. */
export const reconciliationReport = z.object({
  name: reconciliationName,
  region: regionName,
  started_at: z.iso.datetime().nullable(),
  /** Null as long as none has ended. */
  finished_at: z.iso.datetime().nullable(),
  next_at: z.iso.datetime(),
  /** Things looked at. */
  compared: z.int().min(0),
  /** Those found wrong twice, with a pause between. */
  found: z.int().min(0),
  repaired: z.int().min(0),
  /** The first of what was found; `repaired` says whether it is right now. */
  differences: z.array(difference.extend({ repaired: z.boolean() })).max(100),
  /** Why it could not be compared; null when it could. */
  error: z.string().nullable(),
});

export type ReconciliationReport = z.output<typeof reconciliationReport>;

const listReconciliations = {
  kind: 'query',
  request: z.object({ region: regionName }),
  response: z.object({ reports: z.array(reconciliationReport) }),
} as const;

const startReconciliations = {
  kind: 'command',
  request: z.object({ region: regionName, names: z.array(reconciliationName).min(1).max(10) }),
  /** Those that begin now; a name that is not this service's is none. */
  response: z.object({ started: z.array(reconciliationName) }),
} as const;

/** The last reports of catalog's comparisons (roles `service` and `admin`). Refusals: auth.forbidden. */
export const ListCatalogReconciliations = defineRequest('catalog', 'listReconciliations', listReconciliations);
/** The last reports of sharing's comparisons (roles `service` and `admin`). Refusals: auth.forbidden. */
export const ListSharingReconciliations = defineRequest('sharing', 'listReconciliations', listReconciliations);
/** The last reports of capture's comparisons (roles `service` and `admin`). Refusals: auth.forbidden. */
export const ListCaptureReconciliations = defineRequest('capture', 'listReconciliations', listReconciliations);
/** The last reports of compute's comparisons (roles `service` and `admin`). Refusals: auth.forbidden. */
export const ListComputeReconciliations = defineRequest('compute', 'listReconciliations', listReconciliations);
/** The last reports of import's comparisons (roles `service` and `admin`). Refusals: auth.forbidden. */
export const ListImportReconciliations = defineRequest('import', 'listReconciliations', listReconciliations);

/** Begins comparisons of catalog at once (roles `service` and `admin`). Refusals: auth.forbidden. */
export const StartCatalogReconciliations = defineRequest('catalog', 'startReconciliations', startReconciliations);
/** Begins comparisons of sharing at once (roles `service` and `admin`). Refusals: auth.forbidden. */
export const StartSharingReconciliations = defineRequest('sharing', 'startReconciliations', startReconciliations);
/** Begins comparisons of capture at once (roles `service` and `admin`). Refusals: auth.forbidden. */
export const StartCaptureReconciliations = defineRequest('capture', 'startReconciliations', startReconciliations);
/** Begins comparisons of compute at once (roles `service` and `admin`). Refusals: auth.forbidden. */
export const StartComputeReconciliations = defineRequest('compute', 'startReconciliations', startReconciliations);
/** Begins comparisons of import at once (roles `service` and `admin`). Refusals: auth.forbidden. */
export const StartImportReconciliations = defineRequest('import', 'startReconciliations', startReconciliations);

interface ReconciliationRequests {
  readonly list: RequestDefinition<
    ReconcilingService,
    string,
    typeof listReconciliations.request,
    typeof listReconciliations.response
  >;
  readonly start: RequestDefinition<
    ReconcilingService,
    string,
    typeof startReconciliations.request,
    typeof startReconciliations.response
  >;
}

/** What each service that reconciles is asked with. */
export const RECONCILIATION_REQUESTS: Readonly<Record<ReconcilingService, ReconciliationRequests>> = {
  catalog: { list: ListCatalogReconciliations, start: StartCatalogReconciliations },
  sharing: { list: ListSharingReconciliations, start: StartSharingReconciliations },
  capture: { list: ListCaptureReconciliations, start: StartCaptureReconciliations },
  compute: { list: ListComputeReconciliations, start: StartComputeReconciliations },
  import: { list: ListImportReconciliations, start: StartImportReconciliations },
};
