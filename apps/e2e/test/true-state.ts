import { SERVICES } from '@imago/contracts';
import { listParked } from '@imago/messaging';
import { PERSISTENT_SERVICES } from '@imago/persistence';
import { eventually } from '@imago/testing';
import { expect } from 'vitest';
import type { Bucket } from './bucket.ts';
import { OTHER_REGION, REGION, type SystemUnderTest } from './system-under-test.ts';
import type { Tenant } from './tenant.ts';

/** Milliseconds for expiries and sweeps; see the quick settings of the system under test. */
const HEALING_TIME = 240_000;

/**
 * What must be true of a system at rest, whatever was killed in it: every job and upload has ended, quota equals live images, the
 * store holds what the rows say and nothing else, those who see a shared image are its members, what is charged for is what
 * catalog says, every event has left and none is parked.
 */
export async function expectTrueState(sut: SystemUnderTest): Promise<void> {
  await eventually(
    async () => {
      expect(await openJobs(sut)).toEqual([]);
      expect(await openUploads(sut)).toEqual([]);
      expect(await unpublished(sut)).toEqual({});
      for (const tenant of [sut.alice, sut.bob]) await expectQuotaEqualsLiveImages(tenant);
      await expectStoreEqualsRows(sut);
      expect(await differingMembers(sut)).toEqual([]);
      expect(await differingCharges(sut)).toEqual([]);
    },
    { timeout: HEALING_TIME },
  );
  for (const service of SERVICES) expect(await listParked(sut.amqpUrl, service)).toEqual([]);
}

async function openJobs({ db }: SystemUnderTest): Promise<unknown[]> {
  const { rows } = await db.query(
    `SELECT id, state, phase FROM import.jobs WHERE finished_at IS NULL
     UNION ALL SELECT id, state, phase FROM compute.jobs WHERE finished_at IS NULL
     UNION ALL SELECT id, state, phase FROM export.jobs WHERE finished_at IS NULL
     UNION ALL SELECT job_id, 'ended', 'leaves something in a bucket' FROM export.destinations
     UNION ALL SELECT id, state, phase FROM capture.jobs WHERE finished_at IS NULL`,
  );
  return rows;
}

async function openUploads({ db }: SystemUnderTest): Promise<unknown[]> {
  const { rows } = await db.query(
    `SELECT id, state FROM import.upload_sessions WHERE lease_until IS NOT NULL
     UNION ALL SELECT id, state FROM import.resumable_uploads WHERE state = 'completing' OR erased_at IS NULL AND expires_at IS NULL
     UNION ALL SELECT id, status FROM catalog.images WHERE status = 'saving'`,
  );
  return rows;
}

async function unpublished({ db }: SystemUnderTest): Promise<Record<string, number>> {
  const left: Record<string, number> = {};
  for (const service of PERSISTENT_SERVICES) {
    const { rows } = await db.query<{ count: string }>(
      `SELECT count(*) FROM "${service}".outbox WHERE published_at IS NULL`,
    );
    const count = Number(rows[0]?.count);
    if (count > 0) left[service] = count;
  }
  return left;
}

/** Members as sharing has them and as catalog lets them see the image. */
async function differingMembers({ db }: SystemUnderTest): Promise<unknown[]> {
  const { rows } = await db.query(
    `SELECT * FROM (SELECT image_id, project_id, status FROM sharing.members WHERE ended_reason IS NULL) AS truth
     FULL JOIN (SELECT image_id, project_id, status FROM catalog.image_members WHERE status <> 'ended') AS seen
     USING (image_id, project_id, status) WHERE truth.* IS NULL OR seen.* IS NULL`,
  );
  return rows;
}

/** What quota charges for and what catalog last said of it. */
async function differingCharges({ db }: SystemUnderTest): Promise<unknown[]> {
  const { rows } = await db.query(
    `SELECT * FROM (SELECT image_id, project_id, bytes FROM quota.storage_periods WHERE ended_at IS NULL AND bytes > 0) AS kept
     FULL JOIN (SELECT image_id, owner AS project_id, stored_bytes AS bytes FROM catalog.storage_charges
       WHERE stored_bytes > 0) AS said
     USING (image_id, project_id, bytes) WHERE kept.* IS NULL OR said.* IS NULL`,
  );
  return rows;
}

async function expectQuotaEqualsLiveImages(tenant: Tenant): Promise<void> {
  const live = (await tenant.ownImages()).filter(
    ({ status, visibility }) => status !== 'killed' && visibility !== 'public',
  );
  expect({ who: tenant.user.name, used: await tenant.quotaUsed() }).toEqual({
    who: tenant.user.name,
    used: live.length,
  });
}

/** Uploads that are not imported yet have their bytes there, in parts or whole; nothing else has that no row owns. */
async function expectStoreEqualsRows(sut: SystemUnderTest): Promise<void> {
  await expectBucketEqualsRows(sut, REGION, sut.images);
  if (sut.otherImages !== null) await expectBucketEqualsRows(sut, OTHER_REGION, sut.otherImages);
}

async function expectBucketEqualsRows({ db }: SystemUnderTest, region: string, images: Bucket): Promise<void> {
  const { rows } = await db.query<{ key: string; state: string; index_hash: string | null }>(
    `SELECT key, state, index_hash FROM catalog.objects WHERE state <> 'swept' AND region = $1`,
    [region],
  );
  const sent = await db.query<{ key: string; state: string }>(
    `SELECT 'uploads/' || id AS key, state FROM import.resumable_uploads
     WHERE region = $1 AND (state = 'completed' OR state = 'open' AND multipart_id IS NOT NULL)`,
    [region],
  );
  const wanted = rows.flatMap(({ key, state, index_hash }) => {
    if (state !== 'sealed') return [`${key} is ${state}`];
    return index_hash === null ? [key] : [key, `${key}.index`];
  });
  const { objects, uploads } = await images.keys();
  expect({ objects: [...objects].sort(), uploads: [...uploads].sort() }).toEqual({
    objects: [...wanted, ...keysOf(sent.rows, 'completed')].sort(),
    uploads: keysOf(sent.rows, 'open'),
  });
}

function keysOf(
  uploads: readonly { readonly key: string; readonly state: string }[],
  state: string,
): readonly string[] {
  return uploads
    .filter((upload) => upload.state === state)
    .map(({ key }) => key)
    .sort();
}
