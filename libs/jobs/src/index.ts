export * from './job-failure.ts';
export * from './job-phases.ts';
export * from './job-record.ts';
export * from './job-runner.ts';
export * from './job-store.ts';
export * from './job-tables.ts';
export * from './job-transitions.ts';
export * from './progress-meter.ts';
