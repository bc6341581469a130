import { createSHA512, type IHasher } from 'hash-wasm';

/** SHA-512 of an object's bytes, in their order, that can be laid aside and gone on with by another process. */
export class OwnHash {
  private constructor(private readonly hasher: IHasher) {}

  /** @param laidAside what {@link layAside} gave */
  static async begin(laidAside?: string): Promise<OwnHash> {
    const hasher = await createSHA512();
    if (laidAside === undefined) hasher.init();
    else hasher.load(Buffer.from(laidAside, 'base64'));
    return new OwnHash(hasher);
  }

  add(bytes: Uint8Array): void {
    this.hasher.update(bytes);
  }

  layAside(): string {
    return Buffer.from(this.hasher.save()).toString('base64');
  }

  /** Hex; nothing can be added afterwards. */
  finish(): string {
    return this.hasher.digest('hex');
  }
}
