/** The newest clusters that found no place in the cache, so that reading one in small pieces does not read it often. */
export class RecentClusters {
  readonly #clusters = new Map<string, Buffer>();
  readonly #most: number;

  /** `most`: clusters that are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  get(objectId: string, cluster: number): Buffer | undefined {
    return this.#clusters.get(`${objectId}/${cluster}`);
  }

  keep(objectId: string, cluster: number, bytes: Buffer): void {
    const name = `${objectId}/${cluster}`;
    this.#clusters.delete(name);
    this.#clusters.set(name, bytes);
    const [oldest] = this.#clusters.keys();
    if (oldest !== undefined && this.#clusters.size > this.#most) this.#clusters.delete(oldest);
  }

  forget(objectId: string): void {
    for (const name of this.#clusters.keys()) if (name.startsWith(objectId)) this.#clusters.delete(name);
  }
}
