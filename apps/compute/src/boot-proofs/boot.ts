import { setTimeout as delay } from 'node:timers/promises';
import type { BootProof } from '@imago/contracts';
import type { ServerSpec } from '@imago/hypervisor';
import { required } from '@imago/jobs';
import { v7 as uuidv7 } from 'uuid';
import { GIB } from '../servers/server-spec.ts';
import { onHost } from '../phases/server-phase.ts';
import type { BootProofContext, BootProofPhase, ProofMachine } from './boot-proof-job.ts';
import { imageBooted } from './boot-proof-events.ts';
import type { BootProofTools } from './boot-proof-tools.ts';
import { type BootVerdict, judgeBoot } from './evidence/judge-boot.ts';
import { SerialEvidence } from './evidence/serial-evidence.ts';
import { MachineLooks } from './machine-looks.ts';

/** Milliseconds between two looks at the machine. */
const LOOK_INTERVAL = 250;

/**
 * Boots the image on a machine of its own, which has no network, and watches what it says on its serial console. Each
 * try has a new machine and a new disk.
 */
export function boot(tools: BootProofTools): BootProofPhase {
  return async (context) => {
    const { job, signal } = context;
    const machine = required(context.data.machine, 'machine');
    await tools.places.require(job.region);
    const id = uuidv7();
    const proof = await tools.machines.during(context, id, machine, async () => {
      await onHost(tools.hypervisor.create(specOf(id, job.input.disk_id, machine), signal));
      const attempted_at = new Date().toISOString();
      const began = performance.now();
      const looks = new MachineLooks(tools.hypervisor, id);
      try {
        await onHost(tools.hypervisor.start(id, signal));
        return {
          ...(await watch(context, looks, { began, patience: tools.config.COMPUTE_BOOT_PROOF_SECONDS })),
          attempted_at,
        };
      } finally {
        looks.end();
      }
    });
    return { succeeded: imageBooted(proof) };
  };
}

interface Timing {
  readonly began: number;
  readonly patience: number;
}

/** Looks at the machine until there is a verdict. */
async function watch(
  { signal, progress }: BootProofContext,
  looks: MachineLooks,
  { began, patience }: Timing,
): Promise<BootVerdict & Pick<BootProof, 'seconds' | 'serial_log'>> {
  const said = new SerialEvidence();
  let sign: string | null = null;
  let signAt = 0;
  for (;;) {
    signal.throwIfAborted();
    progress({ bytes_done: 0n }); // a guest that is silent for long is no job that has stalled
    const { output, ended } = await looks.next();
    said.add(output);
    const seconds = (performance.now() - began) / 1000;
    const newest = said.fault?.line ?? said.beginning;
    if (newest !== sign) [sign, signAt] = [newest, seconds];
    const settled = sign === null ? null : seconds - signAt;
    const verdict = judgeBoot(said, { seconds, ended, patience, settled });
    if (verdict !== null) return { ...verdict, seconds: Math.round(seconds * 10) / 10, serial_log: said.log };
    await delay(LOOK_INTERVAL, undefined, { signal });
  }
}

function specOf(id: string, diskId: string, { base, size_gib, ram, firmware }: ProofMachine): ServerSpec {
  return {
    id,
    name: 'boot-proof',
    vcpus: 1,
    ram,
    firmware,
    mac_address: null,
    restricted: true,
    system_disk: { id: diskId, size: BigInt(size_gib) * GIB, base },
    data_disks: [],
    user_data: null,
    firmware_on_console: true,
  };
}
