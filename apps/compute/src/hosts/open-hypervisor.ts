import type { Hypervisor } from '@imago/hypervisor';
import type { ComputeConfig } from '../config.ts';
import { NoHypervisor } from './no-hypervisor.ts';

/** The hypervisor of this host. Where none can work the host says why, and the service runs all the same. */
export function openHypervisor({ COMPUTE_DIRECTORY }: ComputeConfig): Promise<Hypervisor> {
  return Promise.resolve(new NoHypervisor(`Nothing runs machines in ${COMPUTE_DIRECTORY}.`));
}
