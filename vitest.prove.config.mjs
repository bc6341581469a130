import { defineConfig } from 'vitest/config';
import tests from './vitest.config.mjs';

/** The large proofs, one after another: each is measured too, and has the machine for itself. */
export default defineConfig({
  ...tests,
  test: { ...tests.test, include: ['{apps,libs,tools}/**/*.prove.ts'], maxWorkers: 1 },
});
