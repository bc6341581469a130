import { Hypervisor } from '@imago/hypervisor';
import { RequestClient } from '@imago/messaging';
import { Inject, Injectable } from '@nestjs/common';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { HoldReleases } from '../holds/hold-releases.ts';
import { BootProofPlaces } from './boot-proof-places.ts';
import { ProofMachines } from './proof-machines.ts';

/** What the phases of a proof work with. */
@Injectable()
export class BootProofTools {
  constructor(
    readonly requests: RequestClient,
    readonly hypervisor: Hypervisor,
    readonly machines: ProofMachines,
    readonly places: BootProofPlaces,
    readonly releases: HoldReleases,
    @Inject(COMPUTE_CONFIG)
    readonly config: Pick<ComputeConfig, 'COMPUTE_BOOT_PROOF_SECONDS' | 'COMPUTE_BOOT_PROOF_MIB'>,
  ) {}
}
