/** One change of what an owner is charged for, as the log has it (`ImageStorageChanged`). */
export interface StorageChange {
  readonly image_id: string;
  readonly version: number;
  readonly owner: string;
  readonly stored_bytes: string;
  /** When it happened, milliseconds. */
  readonly at: number;
}

export interface Hours {
  /** The first hour and the one the last ends at, milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Hours that have not begun by then cost nothing. */
  readonly now: number;
}

const HOUR = 3_600_000;

/**
 * The billing rule of docs/billing.md, computed from the log alone and in another way than the service does it, so that
 * each can prove the other: the bytes charged for each `project image hour`.
 */
export function chargedHours(changes: readonly StorageChange[], { from, to, now }: Hours): ReadonlyMap<string, bigint> {
  const charged = new Map<string, bigint>();
  for (const [image, versions] of byImage(changes)) {
    versions.forEach((change, place) => {
      const end = Math.max(change.at, versions[place + 1]?.at ?? Infinity);
      for (const hour of hoursOf(change.at, end, { from, to, now })) {
        const key = `${change.owner} ${image} ${new Date(hour).toISOString()}`;
        const bytes = BigInt(change.stored_bytes);
        if (bytes > (charged.get(key) ?? 0n)) charged.set(key, bytes);
      }
    });
  }
  return charged;
}

/** The changes of each image in the order of their versions, each once. */
function byImage(changes: readonly StorageChange[]): ReadonlyMap<string, readonly StorageChange[]> {
  const images = new Map<string, Map<number, StorageChange>>();
  for (const change of changes) {
    const known = images.get(change.image_id) ?? new Map<number, StorageChange>();
    images.set(change.image_id, known.set(change.version, change));
  }
  return new Map([...images].map(([id, known]) => [id, [...known.values()].sort((a, b) => a.version - b.version)]));
}

/** The clock hours a period touches. One that ends as an hour begins does not touch it; one without length touches none. */
function* hoursOf(began: number, ended: number, { from, to, now }: Hours): Generator<number> {
  if (began === ended) return;
  for (let hour = Math.floor(Math.max(began, from) / HOUR) * HOUR; hour < Math.min(ended, to); hour += HOUR) {
    if (hour > now) return;
    if (hour >= from) yield hour;
  }
}
