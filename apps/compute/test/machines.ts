import {
  type ConsoleOutput,
  type DiskExport,
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

/** A disk that is only noted: some bytes, and zeros behind them. */
export class NotedDisk implements DiskExport {
  revision = 'first';
  isClosed = false;
  /** Called before bytes are answered. */
  beforeRead: () => Promise<void> = () => Promise.resolve();

  constructor(
    readonly size: number,
    private readonly content: Buffer,
  ) {}

  changed(): ReturnType<DiskExport['changed']> {
    return Promise.resolve([{ offset: 0, length: this.content.length }]);
  }

  async read(offset: number, target: Buffer, signal: AbortSignal): Promise<void> {
    await this.beforeRead();
    signal.throwIfAborted();
    target.fill(0);
    this.content.subarray(offset, offset + target.length).copy(target);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

/** A host whose machines are only noted: for the faults that no real one has when a test needs them. */
export class Machines extends Hypervisor {
  readonly servers = new Map<string, Machine>();
  readonly #listeners = new Set<(change: MachineChange) => void>();
  disk_free = 1000n * 2n ** 30n;
  memory_total = 64n * 2n ** 30n;
  uefi = true;
  /** Why the host cannot run machines. */
  broken: string | null = null;
  /** The first bytes of every disk. */
  content: Buffer = Buffer.alloc(0);
  readonly opened: NotedDisk[] = [];
  /** What a call for a server fails with. */
  fails: (action: string, serverId: string) => Error | null = () => null;

  override facts(): Promise<HypervisorFacts> {
    if (this.broken !== null) return Promise.reject(new HypervisorError(this.broken));
    const { disk_free, memory_total, uefi } = this;
    const host = { version: '1', accelerator: 'tcg', architecture: 'x86_64' } as const;
    return Promise.resolve({ ...host, uefi, disk_free, memory_total });
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

  override openDisk(serverId: string, diskId: string): Promise<DiskExport> {
    const { spec } = this.machine(serverId);
    const size = [spec.system_disk, ...spec.data_disks].find(({ id }) => id === diskId)?.size;
    if (size === undefined) return Promise.reject(new Error(`there is no disk ${diskId}`));
    const disk = new NotedDisk(Number(size), this.content);
    this.opened.push(disk);
    return Promise.resolve(disk);
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
