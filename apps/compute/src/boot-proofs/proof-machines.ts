import { Hypervisor } from '@imago/hypervisor';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { COMPUTE_CONFIG } from '../config-token.ts';
import { type ComputeConfig, hostOf } from '../config.ts';
import { GIB } from '../servers/server-spec.ts';
import { HostCapacity } from '../hosts/host-capacity.ts';
import type { BootProofContext, BootProofJob, ProofMachine } from './boot-proof-job.ts';

/** Bytes of a MiB. */
const MIB = 2n ** 20n;

/** Machines of a host, or found on it, whose attempt has ended or was lost to another worker. */
const LEFTOVERS = `SELECT id FROM compute.proof_machines machine
  WHERE (host_id = $1 OR id = ANY ($2::uuid[]))
    AND NOT EXISTS (SELECT 1 FROM compute.jobs job WHERE job.id = machine.job_id
      AND job.fencing_token = machine.fencing_token AND job.state IN ('running', 'cancelling'))`;

/**
 * The machines of this host that boot images once. Each is written down before there is anything of it and struck out
 * when nothing is left, so whatever is killed in between, the host finds it. One that a worker of this process has lost
 * its lease of is that worker's to remove: it may be about to make it only now.
 */
@Injectable()
export class ProofMachines {
  readonly #logger = new Logger(ProofMachines.name);
  readonly #host: string;
  readonly #busy = new Set<string>();

  constructor(
    private readonly db: DataSource,
    private readonly hypervisor: Hypervisor,
    private readonly capacity: HostCapacity,
    @Inject(COMPUTE_CONFIG) config: ComputeConfig,
  ) {
    this.#host = hostOf(config);
  }

  /**
   * Works with a machine that is there as long as the work and no longer.
   * @throws Refusal server.host_not_available, server.host_disk_full, server.host_memory_full, server.image_unusable when
   * the host has no room or no firmware for it, and what the work throws.
   */
  async during<T>(context: BootProofContext, id: string, machine: ProofMachine, work: () => Promise<T>): Promise<T> {
    this.#busy.add(id);
    try {
      await context.save(context.data, (tx) => this.#promise(tx, context.job, { id, ...machine }));
      return await work();
    } finally {
      await this.#remove(id).catch((error: unknown) => {
        this.#logger.error({ machine_id: id, err: error }, 'a machine that booted an image is removed later');
      });
      this.#busy.delete(id);
    }
  }

  /** Removes the machines of this host that nobody works with any more, also those it had under another name. */
  async removeLeftovers(): Promise<void> {
    const present = await this.hypervisor.list();
    const rows: { id: string }[] = await this.db.query(LEFTOVERS, [this.#host, present]);
    for (const { id } of rows) {
      if (this.#busy.has(id)) continue;
      try {
        await this.#remove(id);
        this.#logger.warn({ machine_id: id }, 'what was left of a machine that booted an image is removed');
      } catch (error) {
        // One that cannot be removed keeps nobody from looking after the others, and after the servers.
        this.#logger.error({ machine_id: id, err: error }, 'a machine that booted an image cannot be removed yet');
      }
    }
  }

  async #promise(
    tx: EntityManager,
    job: Pick<BootProofJob, 'id' | 'fencing_token' | 'region'>,
    { id, ram, size_gib, firmware }: ProofMachine & { readonly id: string },
  ): Promise<void> {
    const needed = { servers: 1, disk: BigInt(size_gib) * GIB, memory: BigInt(ram) * MIB, uefi: firmware === 'uefi' };
    await this.capacity.requireRoom(tx, { host: this.#host, region: job.region }, needed);
    await tx.query(
      `INSERT INTO compute.proof_machines (id, job_id, fencing_token, host_id, ram, size_gib)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, job.id, job.fencing_token.toString(), this.#host, ram, size_gib],
    );
  }

  async #remove(id: string): Promise<void> {
    await this.hypervisor.delete(id);
    await this.db.query('DELETE FROM compute.proof_machines WHERE id = $1', [id]);
  }
}
