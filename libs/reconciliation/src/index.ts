export * from './compare-pages.ts';
export * from './reconciler.ts';
export * from './reconciliation-settings.ts';
export * from './reconciliation-tables.ts';
export * from './reconciliation.ts';
export * from './reconciliations.controller.ts';
