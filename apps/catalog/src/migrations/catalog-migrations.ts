import { CreateCatalog1764000000000 } from './1764000000000-create-catalog.ts';

/** Every migration of this service, oldest first; none is edited once merged. */
export const CATALOG_MIGRATIONS = [CreateCatalog1764000000000];
