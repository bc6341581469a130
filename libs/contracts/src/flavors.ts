/** A size of server, by name. */
export interface Flavor {
  readonly name: string;
  /** Virtual processors. */
  readonly vcpus: number;
  /** MiB. */
  readonly ram: number;
}

/** The sizes a server may have, smallest first. */
export const FLAVORS: readonly Flavor[] = [
  { name: 'tiny', vcpus: 1, ram: 256 },
  { name: 'small', vcpus: 1, ram: 1024 },
  { name: 'medium', vcpus: 2, ram: 4096 },
  { name: 'large', vcpus: 4, ram: 8192 },
  { name: 'xlarge', vcpus: 8, ram: 16_384 },
];

/** The flavor of that name; null when there is none. */
export function findFlavor(name: string): Flavor | null {
  return FLAVORS.find((flavor) => flavor.name === name) ?? null;
}
