import { createHash } from 'node:crypto';

interface Endpoint {
  readonly id: string;
  readonly interface: 'public' | 'internal' | 'admin';
  readonly region: string;
  readonly region_id: string;
  readonly url: string;
}

interface CatalogEntry {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
}

const INTERFACES = ['public', 'internal', 'admin'] as const;

/** Where a client finds what: the image service of each region, and the one identity service in all of them. */
export function serviceCatalog(base: string, regions: readonly string[]): readonly CatalogEntry[] {
  return [
    entry('image', 'imago', regions, (region) => `${base}/regions/${region}`),
    entry('identity', 'imago-identity', regions, () => `${base}/v3`),
  ];
}

function entry(
  type: string,
  name: string,
  regions: readonly string[],
  urlIn: (region: string) => string,
): CatalogEntry {
  const endpoints = regions.flatMap((region) =>
    INTERFACES.map((each) => ({
      id: stableId(`${type} ${region} ${each}`),
      interface: each,
      region,
      region_id: region,
      url: urlIn(region),
    })),
  );
  return { id: stableId(type), type, name, endpoints };
}

/** An id that looks like Keystone's and is the same after each start, without a table to keep it in. */
function stableId(text: string): string {
  return createHash('sha256').update(`imago catalog ${text}`).digest('hex').slice(0, 32);
}
