import { Resolver } from 'node:dns/promises';

/** An address a host has. */
export interface HostAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Finds the addresses of hosts. A test is its own DNS. */
export abstract class HostResolver {
  /** All of them, none when there are none. Ends within seconds, whatever the name servers do. */
  abstract resolve(host: string): Promise<readonly HostAddress[]>;
}

/** RFC 6761: these names are this machine's, and no name server is asked. */
const THIS_MACHINE = /^(?:.+\.)?localhost$/;

/**
 * Asks the name servers of the system. Not `dns.lookup`: that waits in one of the four threads of the process, and a
 * tenant's slow name server would hold up files and passwords.
 */
export class DnsResolver extends HostResolver {
  readonly #resolver = new Resolver({ timeout: 1500, tries: 2 });

  async resolve(host: string): Promise<readonly HostAddress[]> {
    if (THIS_MACHINE.test(host)) return [own('127.0.0.1', 4), own('::1', 6)];
    const [four, six] = await Promise.all([
      this.#resolver.resolve4(host).catch(none),
      this.#resolver.resolve6(host).catch(none),
    ]);
    return [...four.map((address) => own(address, 4)), ...six.map((address) => own(address, 6))];
  }
}

function own(address: string, family: 4 | 6): HostAddress {
  return { address, family };
}

function none(): string[] {
  return [];
}
