import type { Hypervisor, MachineChange } from '@imago/hypervisor';

/** Milliseconds that are waited for whoever watches machines to say why one is off. */
const REASON_PATIENCE = 3_000;

/** What a look at a machine shows. */
export interface MachineLook {
  /** What it wrote to its serial console since the look before. */
  readonly output: Buffer;
  /** Why it is off; null while it runs, or as long as that may still be told. */
  readonly ended: 'guest' | 'crashed' | null;
}

/** Looks at one machine, one after the other. */
export class MachineLooks {
  readonly #stopWatching: () => void;
  #offset = 0n;
  #offSince: number | null = null;
  #reason: 'guest' | 'crashed' | null = null;
  #hasDiskError = false;

  constructor(
    private readonly hypervisor: Hypervisor,
    private readonly id: string,
  ) {
    this.#stopWatching = hypervisor.watch((change) => {
      this.#heed(change);
    });
  }

  end(): void {
    this.#stopWatching();
  }

  /** @throws Error when the machine is gone, or could not read its disk, which is no fault of what is on it. */
  async next(): Promise<MachineLook> {
    const power = await this.hypervisor.power(this.id); // before its output, so that its last words are read
    if (power === null) throw new Error(`The machine ${this.id} is gone.`);
    const { offset, data } = await this.hypervisor.console(this.id, this.#offset);
    this.#offset = offset + BigInt(data.length);
    if (this.#hasDiskError) throw new Error(`The machine ${this.id} could not read its disk.`);
    return { output: data, ended: power === 'stopped' && data.length === 0 ? this.#end() : null };
  }

  #end(): MachineLook['ended'] {
    this.#offSince ??= performance.now();
    if (this.#reason !== null) return this.#reason;
    return performance.now() - this.#offSince > REASON_PATIENCE ? 'guest' : null;
  }

  #heed(change: MachineChange): void {
    if (change.server_id !== this.id) return;
    if (change.type === 'disk_error') this.#hasDiskError = true;
    else this.#reason = change.reason;
  }
}
