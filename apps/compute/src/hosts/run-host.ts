import type { JobRunner } from '@imago/jobs';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BOOT_PROOF_RUNNER } from '../boot-proofs/boot-proof-jobs.ts';
import type { BootProofData, BootProofInput } from '../boot-proofs/boot-proof-job.ts';
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
    @Inject(BOOT_PROOF_RUNNER) private readonly proofs: JobRunner<BootProofInput, BootProofData>,
    private readonly agent: HostAgent,
    private readonly consoles: TailConsoles,
    private readonly disks: HostDisks,
    private readonly ending: EndOfHost,
  ) {}

  onApplicationBootstrap(): void {
    this.agent.start();
    this.consoles.start();
    this.runner.start();
    this.proofs.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.disks.endWaiting();
    await Promise.all([this.runner.stop(), this.proofs.stop()]);
    await Promise.all([this.agent.stop(), this.consoles.stop()]);
    await this.ending.end();
  }
}
