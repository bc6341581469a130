import {
  type ConsoleOutput,
  Hypervisor,
  HypervisorError,
  type HypervisorFacts,
  type MachineChange,
  type PowerState,
  type ServerSpec,
} from '@imago/hypervisor';

interface Machine {
  spec: ServerSpec;
  power: PowerState;
  console: Buffer;
}

/** A host whose machines are only noted: for the faults that no real one has when a test needs them. */
export class Machines extends Hypervisor {
  readonly servers = new Map<string, Machine>();
  readonly #listeners = new Set<(change: MachineChange) => void>();
  disk_free = 1000n * 2n ** 30n;
  memory_total = 64n * 2n ** 30n;
  /** Why the host cannot run machines. */
  broken: string | null = null;
  /** What a call for a server fails with. */
  fails: (action: string, serverId: string) => Error | null = () => null;

  override facts(): Promise<HypervisorFacts> {
    if (this.broken !== null) return Promise.reject(new HypervisorError(this.broken));
    const { disk_free, memory_total } = this;
    return Promise.resolve({ version: '1', accelerator: 'tcg', architecture: 'x86_64', disk_free, memory_total });
  }

  override async create(spec: ServerSpec): Promise<void> {
    await this.#attempt('create', spec.id);
    if (!this.servers.has(spec.id)) this.servers.set(spec.id, { spec, power: 'stopped', console: Buffer.alloc(0) });
  }

  override async start(serverId: string): Promise<void> {
    await this.#attempt('start', serverId);
    this.machine(serverId).power = 'running';
  }

  override async stop(serverId: string): Promise<void> {
    await this.#attempt('stop', serverId);
    this.machine(serverId).power = 'stopped';
  }

  override reboot(serverId: string): Promise<void> {
    return this.#attempt('reboot', serverId);
  }

  override power(serverId: string): Promise<PowerState | null> {
    return Promise.resolve(this.servers.get(serverId)?.power ?? null);
  }

  override list(): Promise<readonly string[]> {
    return Promise.resolve([...this.servers.keys()]);
  }

  override async changeSystemDisk(
    serverId: string,
    { disk, user_data, firmware }: Parameters<Hypervisor['changeSystemDisk']>[1],
  ): Promise<void> {
    await this.#attempt('changeSystemDisk', serverId);
    const machine = this.machine(serverId);
    machine.spec = { ...machine.spec, system_disk: disk, user_data, firmware };
  }

  override async delete(serverId: string): Promise<void> {
    await this.#attempt('delete', serverId);
    this.servers.delete(serverId);
  }

  override console(serverId: string, offset: bigint): Promise<ConsoleOutput> {
    const output = this.servers.get(serverId)?.console ?? Buffer.alloc(0);
    return Promise.resolve({ offset, data: output.subarray(Number(offset), Number(offset) + 262_144) });
  }

  override watch(listener: (change: MachineChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  machine(serverId: string): Machine {
    const found = this.servers.get(serverId);
    if (found === undefined) throw new Error(`there is no machine ${serverId}`);
    return found;
  }

  /** A guest writes to its console. */
  write(serverId: string, output: string | Buffer): void {
    const machine = this.machine(serverId);
    machine.console = Buffer.concat([machine.console, Buffer.from(output)]);
  }

  /** A machine is off by itself, and whoever watches hears of it. */
  end(serverId: string, reason: 'guest' | 'crashed'): void {
    this.machine(serverId).power = 'stopped';
    this.tell({ type: 'stopped', server_id: serverId, reason });
  }

  tell(change: MachineChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  async #attempt(action: string, serverId: string): Promise<void> {
    await Promise.resolve();
    const error = this.fails(action, serverId);
    if (error !== null) throw error;
  }
}
