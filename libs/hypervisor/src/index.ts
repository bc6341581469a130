export { Hypervisor, HypervisorError } from './hypervisor.ts';
export type {
  BaseImage,
  ConsoleOutput,
  DiskExport,
  DiskSpec,
  HypervisorFacts,
  MachineChange,
  PowerState,
  ServerSpec,
} from './hypervisor.ts';
export { DiskServerProcess } from './disk-server/disk-server-process.ts';
export type { DiskServerProcessOptions } from './disk-server/disk-server-process.ts';
export { removeExport, writeExport } from './disk-server/exports.ts';
export { diskServerSocket } from './disk-server/socket-path.ts';
export { directoryDiskServer } from './qemu/directory-disk-server.ts';
export type { DiskServer, ServedDisk } from './qemu/disk-server.ts';
export { QemuHypervisor } from './qemu/qemu-hypervisor.ts';
export type { QemuOptions, QemuTimeouts } from './qemu/qemu-options.ts';
