import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '@imago/contracts';

/** The checkout: the same three levels up from `src` and from `dist`. */
const ROOT = join(import.meta.dirname, '../../..');

/** Built like the services: Node runs it as it is. */
export const MIGRATE_SERVICES = join(ROOT, 'tools/system/dist/migrate-services.main.js');

/** Where Node keeps what it compiled: services and migrations load a fifth faster the second time. */
export const COMPILE_CACHE = join(ROOT, '.imago', 'compile-cache');

/**
 * The built program of a service.
 * @throws Error when it is not built.
 */
export function builtEntry(service: Service, program: 'main' | 'migrate'): string {
  const entry = join(ROOT, 'apps', service, 'dist', `${program}.js`);
  if (!existsSync(entry)) throw new Error(`${service} is not built: run npm run build first.`);
  return entry;
}
