export * from './installation.ts';
export * from './migrate.ts';
export * from './service-process.ts';
export * from './system.ts';
