import { Client } from 'pg';

/**
 * Fills the catalogue of a project to so many images and lets it make more: every tenth image has the tag `tenth`, every
 * hundredth the tag `seldom` and the property `os_type`, every one its own name. What they have is what Glance's images
 * have, some properties among it.
 */
export async function fillCatalogue(url: string, projectId: string, images: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      `INSERT INTO quota.limits AS held (project_id, region, resource, maximum) VALUES ($1, 'region-1', 'images', 10000000)
       ON CONFLICT ON CONSTRAINT limits_pkey DO UPDATE SET maximum = 10000000`,
      [projectId],
    );
    const { rows: indexes } = await client.query<{ indexname: string; indexdef: string }>(
      `SELECT indexname, indexdef FROM pg_indexes
       WHERE schemaname = 'catalog' AND tablename = 'images' AND indexname <> 'images_pkey'`,
    );
    // Built at once they take a fraction of the time they take row by row.
    for (const { indexname } of indexes) await client.query(`DROP INDEX catalog.${indexname}`);
    // Those that were made while it was measured have other names, and take none of these numbers.
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) FROM catalog.images WHERE owner = $1 AND name LIKE 'image-%'`,
      [projectId],
    );
    await client.query(INSERT, [projectId, Number(rows[0]?.count ?? 0) + 1, images]);
    for (const { indexdef } of indexes) await client.query(indexdef);
    await client.query('VACUUM (ANALYZE) catalog.images');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}

const INSERT = `
INSERT INTO catalog.images (id, region, owner, status, visibility, name, image_type, architecture, os_distro, os_version,
  min_disk, min_ram, enterprise_project_id, tags, properties, disk_format, container_format, size, virtual_size, checksum,
  os_hash_algo, os_hash_value, registration_hash, version, created_at, updated_at)
SELECT gen_random_uuid(), 'region-1', $1, 'active', 'private', 'image-' || n, 'system_disk', 'x86_64', 'debian', '12',
  10, 512, 'default',
  CASE WHEN n % 100 = 0 THEN ARRAY['all', 'tenth', 'seldom'] WHEN n % 10 = 0 THEN ARRAY['all', 'tenth'] ELSE ARRAY['all'] END,
  jsonb_build_object('hw_disk_bus', 'virtio', 'hw_vif_model', 'virtio', 'owner_specified.openstack.md5', md5(n::text))
    || CASE WHEN n % 100 = 0 THEN '{"os_type": "windows"}'::jsonb ELSE '{"os_type": "linux"}'::jsonb END,
  'qcow2', 'bare', n * 1000, 10737418240, md5(n::text), 'sha512', md5(n::text) || md5(n::text) || md5(n::text) || md5(n::text),
  'h', 1, now() - n * interval '1 second', now() - n * interval '1 second'
FROM generate_series($2::integer, $3::integer) AS n`;
