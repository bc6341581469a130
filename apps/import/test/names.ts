import { type HostAddress, HostResolver } from '@imago/outbound';

/** A DNS of the test's own: names lead where it says, each time they are asked for. */
export class Names extends HostResolver {
  readonly #names = new Map<string, () => readonly string[]>();

  set(host: string, addresses: () => readonly string[]): this {
    this.#names.set(host, addresses);
    return this;
  }

  resolve(host: string): Promise<readonly HostAddress[]> {
    const found = this.#names.get(host)?.() ?? [];
    return Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
  }
}
