import {
  type ConsoleOutput,
  type DiskExport,
  Hypervisor,
  type HypervisorFacts,
  type PowerState,
  type ServerSpec,
} from '@imago/hypervisor';

/** What is asked of a host for one server. */
export type MachineAction = 'create' | 'start' | 'stop' | 'reboot' | 'changeSystemDisk' | 'delete';

/** Calls that are kept waiting. */
export interface Held {
  /** Resolves with the id of the server of the first call that waits. */
  readonly arrived: Promise<string>;
  /** Lets them go on, and those that come later. */
  release(): void;
}

interface Rule {
  readonly action: MachineAction;
  readonly when: 'before' | 'after';
  readonly meet: (serverId: string) => Promise<void>;
}

/** A worker's way to its host: says what went over it, keeps calls waiting, and can be shut for good. */
export class MachineGate extends Hypervisor {
  /** What reached the host, in order. */
  readonly passed: { readonly action: MachineAction; readonly server_id: string }[] = [];
  readonly #rules = new Set<Rule>();
  #isShut = false;

  constructor(private readonly host: Hypervisor) {
    super();
  }

  /** How often the host was asked this. */
  count(action: MachineAction): number {
    return this.passed.filter((call) => call.action === action).length;
  }

  /** Keeps calls waiting: `before` they reach the host, or `after` it has done them, with the answer lost so far. */
  hold(action: MachineAction, when: 'before' | 'after'): Held {
    const arrived = Promise.withResolvers<string>();
    const released = Promise.withResolvers<undefined>();
    const meet = async (serverId: string): Promise<void> => {
      arrived.resolve(serverId);
      await released.promise;
    };
    const rule: Rule = { action, when, meet };
    this.#rules.add(rule);
    return {
      arrived: arrived.promise,
      release: () => {
        this.#rules.delete(rule);
        released.resolve(undefined);
      },
    };
  }

  /** Nothing gets through any more. */
  shut(): void {
    this.#isShut = true;
  }

  override create(spec: ServerSpec): Promise<void> {
    return this.#pass('create', spec.id, () => this.host.create(spec));
  }

  override start(serverId: string): Promise<void> {
    return this.#pass('start', serverId, () => this.host.start(serverId));
  }

  override stop(serverId: string, options: { patience: number }): Promise<void> {
    return this.#pass('stop', serverId, () => this.host.stop(serverId, options));
  }

  override reboot(serverId: string, options: { patience: number }): Promise<void> {
    return this.#pass('reboot', serverId, () => this.host.reboot(serverId, options));
  }

  override changeSystemDisk(serverId: string, change: Parameters<Hypervisor['changeSystemDisk']>[1]): Promise<void> {
    return this.#pass('changeSystemDisk', serverId, () => this.host.changeSystemDisk(serverId, change));
  }

  override delete(serverId: string): Promise<void> {
    return this.#pass('delete', serverId, () => this.host.delete(serverId));
  }

  override facts(): Promise<HypervisorFacts> {
    return this.host.facts();
  }

  override power(serverId: string): Promise<PowerState | null> {
    return this.host.power(serverId);
  }

  override list(): Promise<readonly string[]> {
    return this.host.list();
  }

  override openDisk(serverId: string, diskId: string): Promise<DiskExport> {
    return this.host.openDisk(serverId, diskId);
  }

  override console(serverId: string, offset: bigint): Promise<ConsoleOutput> {
    return this.host.console(serverId, offset);
  }

  override watch(): () => void {
    return () => undefined;
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  async #pass(action: MachineAction, serverId: string, work: () => Promise<void>): Promise<void> {
    await this.#meet(action, 'before', serverId);
    if (this.#isShut) throw new Error('the worker is gone');
    await work();
    this.passed.push({ action, server_id: serverId });
    await this.#meet(action, 'after', serverId);
  }

  async #meet(action: MachineAction, when: Rule['when'], serverId: string): Promise<void> {
    for (const rule of this.#rules) if (rule.action === action && rule.when === when) await rule.meet(serverId);
  }
}
