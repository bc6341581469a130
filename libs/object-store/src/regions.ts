import { readFileSync } from 'node:fs';
import { refusal } from '@imago/contracts';
import { z } from 'zod';
import type { ObjectStore } from './object-store.ts';
import { S3ObjectStore } from './s3-object-store.ts';

const region = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/),
  default: z.boolean().default(false),
  s3: z.strictObject({
    endpoint: z.url(),
    /** The address of the same store for browsers and other clients, which links lead to; `endpoint` when absent. */
    public_endpoint: z.url().optional(),
    region: z.string().min(1),
    /** The bucket that holds the images of this region. */
    bucket: z.string().min(3),
    access_key: z.string().min(1),
    secret_key: z.string().min(1),
  }),
});

/** The file every service reads its regions from: at least one, exactly one of them the default, no name twice. */
export const regionsFile = z
  .array(region)
  .min(1)
  .refine((regions) => regions.filter((each) => each.default).length === 1, {
    message: 'exactly one must be the default',
  })
  .refine((regions) => new Set(regions.map((each) => each.name)).size === regions.length, {
    message: 'a name occurs twice',
  });

/** One region's storage. */
export interface Region {
  readonly name: string;
  readonly default: boolean;
  /** Where its store is: regions of one endpoint may be in one store. */
  readonly endpoint: string;
  /** Where clients reach it: what links lead to. */
  readonly public_endpoint: string;
  /** The bucket of the region's images. */
  readonly bucket: string;
  /** The store of the region's images. */
  readonly store: ObjectStore;
  /** Another bucket of the same store, for example a tenant's. */
  bucketStore(bucket: string): ObjectStore;
}

/** The regions of this installation, by name. */
export class Regions {
  readonly #regions: ReadonlyMap<string, Region>;
  readonly default: Region;

  constructor(definitions: z.output<typeof regionsFile>) {
    const regions = definitions.map(openRegion);
    this.#regions = new Map(regions.map((each) => [each.name, each]));
    const [first] = regions.filter((each) => each.default);
    if (first === undefined) throw new Error('No region is the default');
    this.default = first;
  }

  /** @throws Refusal region.not_found */
  get(name: string): Region {
    const found = this.#regions.get(name);
    if (found === undefined) throw refusal('region.not_found', `There is no region ${JSON.stringify(name)}.`);
    return found;
  }

  get all(): readonly Region[] {
    return [...this.#regions.values()];
  }

  get names(): readonly string[] {
    return [...this.#regions.keys()];
  }
}

/** Reads the regions file once, at start; a fault in it stops the process. */
export function loadRegions(path: string): Regions {
  return new Regions(regionsFile.parse(JSON.parse(readFileSync(path, 'utf8'))));
}

function openRegion(definition: z.output<typeof region>): Region {
  const store = new S3ObjectStore(definition.s3);
  return {
    name: definition.name,
    default: definition.default,
    endpoint: definition.s3.endpoint,
    public_endpoint: definition.s3.public_endpoint ?? definition.s3.endpoint,
    bucket: definition.s3.bucket,
    store,
    bucketStore: (bucket) => store.withBucket(bucket),
  };
}
