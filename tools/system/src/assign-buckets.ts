import type { InstallationUser } from './installation.ts';
import type { Session } from './session.ts';
import type { RegionDefinition } from './system.ts';

/** Says, as the operator, which bucket each project may import from, in every region. Repeatable. */
export async function assignBuckets(
  operator: Session,
  users: readonly InstallationUser[],
  regions: readonly RegionDefinition[],
): Promise<void> {
  for (const { name } of regions) {
    for (const { project_id, s3 } of users) {
      await operator.need('PUT', `/regions/${name}/v1/operator/projects/${project_id}/buckets/${s3.bucket}`);
    }
  }
}
