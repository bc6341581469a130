import type { ImageRow } from '../images/image.row.ts';

type Imported = Pick<ImageRow, 'properties' | 'region'>;

/** What clients read of an import that is under way. It is told here and decided nowhere by it. */
const TASK = 'os_glance_import_task';
const IMPORTING = 'os_glance_importing_to_stores';
const FAILED = 'os_glance_failed_import';

/** The properties of an image whose import has begun. A region is its one store. */
export function begun({ properties, region }: Imported, jobId: string): Record<string, string> {
  return { ...properties, [TASK]: jobId, [IMPORTING]: region, [FAILED]: '' };
}

/** Those of an image whose import has ended. */
export function ended({ properties, region }: Imported, outcome: 'stored' | 'failed'): Record<string, string> {
  const others = Object.entries(properties).filter(([name]) => name !== TASK);
  return { ...Object.fromEntries(others), [IMPORTING]: '', [FAILED]: outcome === 'failed' ? region : '' };
}
