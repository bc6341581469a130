export * from './bigint-text.ts';
export * from './data-source.ts';
export { migrateProgram } from './migrate-program.ts';
export * from './migrations.ts';
export * from './persistence.module.ts';
export * from './provision.ts';
export * from './roles.ts';
export * from './schema-drift.ts';
export { SecretBox } from './secret-box.ts';
