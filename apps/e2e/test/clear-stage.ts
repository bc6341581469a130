import { Servers } from './servers.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import type { Tenant } from './tenant.ts';
import { expectTrueState } from './true-state.ts';

/** Deletes what a suite's people have left, and waits until nothing of it is there: the next suite finds a clean system. */
export async function clearStage(sut: SystemUnderTest, tenants: readonly Tenant[]): Promise<void> {
  for (const tenant of tenants) {
    if (tenant.user.role === 'reader') continue;
    const servers = new Servers(tenant);
    for (const { id } of await servers.list()) await servers.delete(id);
    for (const image of await tenant.ownImages()) {
      if (image.visibility === 'public') await sut.operator.ask('POST', `/v1/operator/images/${image.id}/unpublish`);
      if (image.protected) await tenant.unprotect(image.id);
      await tenant.delete(image.id);
    }
  }
  await expectTrueState(sut);
}
