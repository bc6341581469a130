import { refusal } from '@imago/contracts';

/**
 * The stores of an endpoint as the OpenStack Image API counts them. A region has one, of its own name: what it is made of,
 * and how often it keeps a byte, is nobody's choice.
 */
export function storesOf(region: string): readonly [string] {
  return [region];
}

/** @throws Refusal store.unknown */
export function requireStore(store: string, region: string): void {
  if (storesOf(region).includes(store)) return;
  throw refusal('store.unknown', `There is no store '${store}' here.`, { stores: storesOf(region) });
}
