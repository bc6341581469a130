import ipaddr from 'ipaddr.js';
import { AllowList } from './allow-list.ts';

/** What of IPv6 is given out to the world; everything else is for other ends, or for some day. */
const WORLD = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is one anybody in the world can reach. Whatever carries another address in it (mapped, NAT64, 6to4,
 * Teredo) is not: it would be a second way to write a private one.
 */
export function isPublicAddress(text: string): boolean {
  const address = parsed(text);
  if (address?.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(WORLD);
}

/** Which addresses tenants may reach through us: public ones, and what the operator allows besides. */
export class AddressRules {
  constructor(private readonly allowed: AllowList) {}

  /** @param host under which the address was found. */
  permits(host: string, address: string): boolean {
    if (isPublicAddress(address) || this.allowed.hasHost(host)) return true;
    const known = parsed(address);
    return known !== null && this.allowed.hasAddress(known);
  }
}

/** Four decimal parts or IPv6; other ways to write an address (octal, one number) are no addresses here. */
function parsed(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : null;
}
