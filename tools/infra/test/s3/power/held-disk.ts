import type { DiskFile } from '../../../src/s3/disk.ts';
import { LocalDisk } from '../../../src/s3/local-disk.ts';

/** A disk whose appended files (the journal) can be held: their syncs wait until it lets go, or fail. */
export class HeldDisk extends LocalDisk {
  #held: PromiseWithResolvers<void> | undefined;
  #asked = Promise.withResolvers<undefined>();
  #fault: Error | undefined;

  constructor() {
    super({ durable: false });
  }

  hold(): void {
    this.#held = Promise.withResolvers();
    this.#asked = Promise.withResolvers();
  }

  letGo(): void {
    this.#held?.resolve();
    this.#held = undefined;
    this.#fault = undefined;
  }

  break(fault: Error): void {
    this.#fault = fault;
  }

  /** Resolves when somebody waits for a sync that is held. */
  async asked(): Promise<void> {
    await this.#asked.promise;
  }

  override async append(path: string): Promise<DiskFile> {
    const file = await super.append(path);
    const sync = async (): Promise<void> => {
      if (this.#fault) throw this.#fault;
      this.#asked.resolve(undefined);
      await this.#held?.promise;
    };
    return { write: (data) => file.write(data), sync, close: () => file.close() };
  }
}
