export { eventually } from './eventually.ts';
export type { EventuallyOptions } from './eventually.ts';
export { testEnvironment } from './test-environment.ts';
export type { TestEnvironment, TestEnvironmentOptions } from './test-environment.ts';
export { startTestInfrastructure } from './test-infrastructure.ts';
export type { TestInfrastructureOptions } from './test-infrastructure.ts';
export { makeOsLikeDisk } from './os-like-disk.ts';
export type { OsLikeDiskOptions } from './os-like-disk.ts';
