import { connectMessaging, MessagingHealth } from '@imago/messaging';
import { consumersCheck, databaseCheck, outboxCheck, type ReadinessCheck, type ServiceOptions } from '@imago/service';
import { DataSource } from 'typeorm';
import { ComputeModule } from './compute.module.ts';
import type { ComputeConfig } from './config.ts';
import { HostReports } from './hosts/host-reports.ts';

/**
 * How the compute service is started, and what it cannot work without. A host that cannot run machines is no reason to
 * be away: its servers are still listed, and told why.
 */
export function computeService(config: ComputeConfig): ServiceOptions {
  return {
    service: 'compute',
    module: ComputeModule.forRoot(config),
    config,
    start: connectMessaging,
    checks: (app) => {
      const messaging = app.get(MessagingHealth);
      const checks = [databaseCheck(app.get(DataSource)), consumersCheck(messaging), outboxCheck(messaging)];
      return [...checks, hostCheck(app.get(HostReports))];
    },
  };
}

/** It is known whether this host can run machines: not before its disk server has started, or failed to. */
function hostCheck(reports: HostReports): ReadinessCheck {
  return { name: 'host', check: () => (reports.settled ? undefined : 'the host is starting') };
}
