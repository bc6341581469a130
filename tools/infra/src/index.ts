// Also exported as `@imago/infra/source`, which never needs a build: `npm start` starts servers while it builds.
export { attachInfrastructure, PACKAGE_CACHE, startInfrastructure } from './infrastructure.ts';
export type {
  AttachedInfrastructure,
  Infrastructure,
  InfrastructureAddresses,
  InfrastructureOptions,
} from './infrastructure.ts';
export { deathSignal, markOf, stopLeftovers } from './child.ts';
export { libraryPath, unpackBundle } from './debian-packages.ts';
export type { PackageBundle, PackageCache } from './debian-packages.ts';
export { provideOpenStackClients } from './openstack-clients.ts';
export type { OpenStackClients } from './openstack-clients.ts';
export { choosePort, freePort } from './ports.ts';
export { takeLock, tryLock, withLock } from './process-lock.ts';
export type { ProcessLock } from './process-lock.ts';
export { findProgram } from './programs.ts';
export type { ProgramChoice } from './programs.ts';
export { ProvisionError } from './provision-error.ts';
export { provideOvmf, provideQemuImg, provideQemuSystem } from './qemu.ts';
export type { Ovmf, QemuPrograms } from './qemu.ts';
export type { RabbitMqAddress, RabbitMqAdministration } from './rabbitmq-administration.ts';
export { CommandError, runCommand } from './run-command.ts';
export type { S3Address, S3Administration, S3Key } from './s3-administration.ts';
