import { Hypervisor, HypervisorError } from '@imago/hypervisor';
import type { JobRunner } from '@imago/jobs';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { TailConsoles } from '../consoles/tail-consoles.ts';
import type { ServerData, ServerInput } from '../orders/server-job.ts';
import { SERVER_RUNNER } from '../orders/server-jobs.ts';
import { HostAgent } from './host-agent.ts';
import { SwitchOff } from './switch-off.ts';

/** The host's work runs as long as the service does, and ends in order while broker and database are there. */
@Injectable()
export class RunHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #logger = new Logger(RunHost.name);

  constructor(
    @Inject(SERVER_RUNNER) private readonly runner: JobRunner<ServerInput, ServerData>,
    private readonly agent: HostAgent,
    private readonly consoles: TailConsoles,
    private readonly hypervisor: Hypervisor,
    private readonly switchOff: SwitchOff,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.agent.start();
    this.consoles.start();
    this.runner.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.runner.stop();
    await Promise.all([this.agent.stop(), this.consoles.stop()]);
    try {
      if (this.config.COMPUTE_STOP_SERVERS_AT_END === 'true') await this.switchOff.everything();
    } catch (error) {
      if (!(error instanceof HypervisorError)) this.#logger.error({ err: error }, 'servers may be running still');
    }
    await this.hypervisor.close();
  }
}
