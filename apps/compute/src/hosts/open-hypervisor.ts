import { directoryDiskServer, type Hypervisor, QemuHypervisor } from '@imago/hypervisor';
import { findProgram } from '@imago/service';
import { Logger } from '@nestjs/common';
import type { ComputeConfig } from '../config.ts';
import type { HostDisks } from './host-disks.ts';
import { NoHypervisor } from './no-hypervisor.ts';

/**
 * The hypervisor of this host, with the process that serves it disks. Where qemu is missing the host says so, and the
 * service runs all the same.
 */
export async function openHypervisor(config: ComputeConfig, disks: HostDisks): Promise<Hypervisor> {
  const { IMAGO_QEMU_SYSTEM, IMAGO_QEMU_IMG, IMAGO_OVMF_CODE, IMAGO_OVMF_VARS, COMPUTE_DIRECTORY, PATH } = config;
  const qemuSystem = await findProgram(IMAGO_QEMU_SYSTEM, PATH);
  if (qemuSystem === null) return new NoHypervisor(missing(IMAGO_QEMU_SYSTEM, 'IMAGO_QEMU_SYSTEM'));
  const qemuImg = await findProgram(IMAGO_QEMU_IMG, PATH);
  if (qemuImg === null) return new NoHypervisor(missing(IMAGO_QEMU_IMG, 'IMAGO_QEMU_IMG'));
  const logger = new Logger(QemuHypervisor.name);
  disks.start();
  return new QemuHypervisor({
    directory: COMPUTE_DIRECTORY,
    qemuSystem,
    qemuImg,
    ovmf:
      IMAGO_OVMF_CODE === undefined || IMAGO_OVMF_VARS === undefined
        ? null
        : { code: IMAGO_OVMF_CODE, vars: IMAGO_OVMF_VARS },
    diskServer: directoryDiskServer(COMPUTE_DIRECTORY),
    onError: (error) => {
      logger.error({ err: error }, 'something went wrong with a machine');
    },
  });
}

function missing(program: string, setting: string): string {
  return `The program ${program} is not on this machine; install qemu or set ${setting}.`;
}
