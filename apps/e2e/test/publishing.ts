import type { ImageScan, JobOnBoard } from '@imago/contracts';
import { tinyDisk } from '@imago/readiness/testing';
import { eventually } from '@imago/testing';
import type { Tenant } from './tenant.ts';

/** What makes a disk one that everybody may have: a system, and what sets up its servers. */
const SYSTEM = { 'etc/os-release': 'ID=debian\n', 'etc/cloud/cloud.cfg': 'users: [default]\n' };

/** A disk of a system with cloud-init, and some files more. */
export function systemDisk(more: Readonly<Record<string, string | Buffer>> = {}): Buffer {
  return tinyDisk({ ...SYSTEM, ...more });
}

/** Has an image scanned for the first time, and answers what that came to. */
export async function scanned(tenant: Tenant, imageId: string): Promise<ImageScan> {
  const { status, body } = await tenant.ask<JobOnBoard>('POST', `/v1/images/${imageId}/scans`);
  if (status !== 202) throw new Error(`the scan of ${imageId}: ${status} ${JSON.stringify(body)}`);
  return eventually(() => tenant.get<ImageScan>(`/v1/images/${imageId}/scan`), { timeout: 60_000 });
}

/** An operator finds nothing wrong with an image. */
export async function approved(operator: Tenant, imageId: string): Promise<void> {
  const review = { verdict: 'approved', scan: 'clean', initialisation_component: 'cloud-init', comment: 'looked at' };
  const { status, body } = await operator.ask('POST', `/v1/operator/images/${imageId}/reviews`, review);
  if (status !== 201) throw new Error(`the review of ${imageId}: ${status} ${JSON.stringify(body)}`);
}
