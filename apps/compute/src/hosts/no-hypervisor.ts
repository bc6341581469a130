import {
  type ConsoleOutput,
  type DiskExport,
  Hypervisor,
  HypervisorError,
  type HypervisorFacts,
  type PowerState,
} from '@imago/hypervisor';

/** A host on which no machine can run: it says why, has nothing, and does nothing. */
export class NoHypervisor extends Hypervisor {
  constructor(private readonly reason: string) {
    super();
  }

  override facts(): Promise<HypervisorFacts> {
    return this.#refuse();
  }

  override create(): Promise<void> {
    return this.#refuse();
  }

  override start(): Promise<void> {
    return this.#refuse();
  }

  override stop(): Promise<void> {
    return this.#refuse();
  }

  override reboot(): Promise<void> {
    return this.#refuse();
  }

  override power(): Promise<PowerState | null> {
    return this.#refuse();
  }

  override list(): Promise<readonly string[]> {
    return this.#refuse();
  }

  override changeSystemDisk(): Promise<void> {
    return this.#refuse();
  }

  override delete(): Promise<void> {
    return this.#refuse();
  }

  override openDisk(): Promise<DiskExport> {
    return this.#refuse();
  }

  override console(): Promise<ConsoleOutput> {
    return this.#refuse();
  }

  override watch(): () => void {
    return () => undefined;
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  #refuse(): Promise<never> {
    return Promise.reject(new HypervisorError(this.reason));
  }
}
