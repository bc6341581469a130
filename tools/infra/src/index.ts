// Also exported as `@imago/infra/source`, which never needs a build: `npm start` starts servers while it builds.
export { attachInfrastructure, PACKAGE_CACHE, startInfrastructure } from './infrastructure.ts';
export type {
  AttachedInfrastructure,
  Infrastructure,
  InfrastructureAddresses,
  InfrastructureOptions,
} from './infrastructure.ts';
export { deathSignal, markOf, stopLeftovers } from './child.ts';
export { provideChromium } from './chromium.ts';
export { libraryPath, unpackBundle } from './debian-packages.ts';
export type { PackageBundle, PackageCache } from './debian-packages.ts';
export { startKeystone } from './keystone/keystone.ts';
export type { RunningKeystone } from './keystone/keystone.ts';
export { provideKeystone } from './keystone/keystone-programs.ts';
export type { KeystonePrograms } from './keystone/keystone-programs.ts';
export { provideOpenStackClients } from './openstack-clients.ts';
export type { OpenStackClients } from './openstack-clients.ts';
export { choosePort, freePort } from './ports.ts';
export { takeLock, tryLock, withLock } from './process-lock.ts';
export type { ProcessLock } from './process-lock.ts';
export { findProgram } from './programs.ts';
export type { ProgramChoice } from './programs.ts';
export { providedOrTold } from './provided-or-told.ts';
export { ProvisionError } from './provision-error.ts';
export { startPostgres } from './postgres.ts';
export type { RunningPostgres } from './postgres.ts';
export { provideGenisoimage, provideXorriso } from './iso-programs.ts';
export { provideOvmf, provideQemu, provideQemuImg, provideQemuSystem } from './qemu.ts';
export type { Ovmf, QemuPrograms } from './qemu.ts';
export type { RabbitMqAddress, RabbitMqAdministration } from './rabbitmq-administration.ts';
export { rabbitMqPrograms } from './rabbitmq-programs.ts';
export { startRabbitMq } from './rabbitmq.ts';
export type { RunningRabbitMq } from './rabbitmq.ts';
export { CommandError, runCommand } from './run-command.ts';
export { s3Administration } from './s3-administration.ts';
export type { S3Address, S3Administration, S3Key } from './s3-administration.ts';
export { startS3Process } from './s3-process.ts';
export type { RunningS3 } from './s3-process.ts';
export { eicarTestFile, provideScanner, SAMPLE_SIGNATURE, writeSampleSignatures } from './scanner.ts';
export type { ScannerPrograms } from './scanner.ts';
export { startSwift } from './swift/swift.ts';
export type { RunningSwift } from './swift/swift.ts';
export { provideSwift } from './swift/swift-programs.ts';
export type { SwiftPrograms } from './swift/swift-programs.ts';
