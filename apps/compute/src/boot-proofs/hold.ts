import { HoldImage } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { imageOf } from '@imago/jobs';
import { systemDiskSize } from '../orders/image-rules.ts';
import type { BootProofPhase } from './boot-proof-job.ts';
import type { BootProofTools } from './boot-proof-tools.ts';

/** Has catalog keep the bytes of the image as long as the job lives, and decides on the machine. */
export function hold({ requests, config }: BootProofTools): BootProofPhase {
  return async ({ job, data }) => {
    const context = serviceContext('compute', job.project_id, job.correlation_id);
    const wanted = { region: job.region, image_id: imageOf(job), disk_ids: [job.input.disk_id] };
    const held = await requests.send(HoldImage, { ...wanted, purpose: 'boot_proof' }, { context });
    const ram = Math.max(config.COMPUTE_BOOT_PROOF_MIB, held.image.min_ram);
    const size_gib = systemDiskSize(held, { ram, system_disk_gib: null });
    const base = { ...held.object, region: job.region };
    return {
      next: 'boot',
      data: { ...data, machine: { base, size_gib, ram, firmware: held.image.boot_mode ?? 'bios' } },
    };
  };
}
