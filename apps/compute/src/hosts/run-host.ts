import type { JobRunner } from '@imago/jobs';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { TailConsoles } from '../consoles/tail-consoles.ts';
import type { ServerData, ServerInput } from '../orders/server-job.ts';
import { SERVER_RUNNER } from '../orders/server-jobs.ts';
import { HostAgent } from './host-agent.ts';
import { EndOfHost } from './end-of-host.ts';
import { HostDisks } from './host-disks.ts';

/** The host's work runs as long as the service does, and ends in order while broker and database are there. */
@Injectable()
export class RunHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(SERVER_RUNNER) private readonly runner: JobRunner<ServerInput, ServerData>,
    private readonly agent: HostAgent,
    private readonly consoles: TailConsoles,
    private readonly disks: HostDisks,
    private readonly ending: EndOfHost,
  ) {}

  onApplicationBootstrap(): void {
    this.agent.start();
    this.consoles.start();
    this.runner.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.disks.endWaiting();
    await this.runner.stop();
    await Promise.all([this.agent.stop(), this.consoles.stop()]);
    await this.ending.end();
  }
}
