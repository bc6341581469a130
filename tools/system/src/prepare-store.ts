import type { S3Administration } from '@imago/infra';
import type { Installation, InstallationUser } from './installation.ts';
import type { RegionDefinition } from './system.ts';

/** Two, so that copying between regions is real. The first is the default. */
const REGIONS = ['region-1', 'region-2'] as const;

export interface PreparedStore {
  readonly regions: readonly RegionDefinition[];
  /** With the keys that open their buckets: on an S3 of others these are not the ones we made up. */
  readonly users: readonly InstallationUser[];
}

/**
 * Makes the buckets of the regions and of the users, and a key for each that opens nothing else. Repeatable.
 *
 * @param public_endpoint where tenants reach the store; where services do when absent
 */
export async function prepareStore(
  s3: S3Administration,
  installation: Installation,
  public_endpoint?: string,
): Promise<PreparedStore> {
  // Services read the tenants' buckets as well: they import from them.
  const buckets = [...REGIONS.map(bucketOf), ...installation.users.map((user) => user.s3.bucket)];
  await Promise.all(buckets.map((name) => s3.createBucket(name)));
  const key = await s3.addKey(installation.store, buckets);
  const users = await Promise.all(
    installation.users.map(async (user) => {
      const { bucket, access_key, secret_key } = user.s3;
      return { ...user, s3: { ...(await s3.addKey({ access_key, secret_key }, [bucket])), bucket } };
    }),
  );
  const { endpoint, region } = s3;
  const regions = REGIONS.map((name, index) => ({
    name,
    default: index === 0,
    s3: { endpoint, ...(public_endpoint !== undefined && { public_endpoint }), region, bucket: bucketOf(name), ...key },
  }));
  return { regions, users };
}

function bucketOf(region: string): string {
  return `imago-${region}`;
}
