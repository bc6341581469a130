export * from './assign-buckets.ts';
export * from './installation.ts';
export * from './migrate.ts';
export * from './prepare-store.ts';
export * from './service-process.ts';
export * from './system.ts';
