/** Bytes a second below which a server is as good as silent: it would hold a worker for as long as it likes. */
const SLOWEST = 1024;

/** Watches over bytes that come too slowly, however regularly. */
export class Trickle {
  readonly #timer: NodeJS.Timeout;
  #arrived = 0;

  constructor(seconds: number, tooSlow: () => void) {
    this.#timer = setInterval(() => {
      if (this.#arrived < SLOWEST * seconds) tooSlow();
      this.#arrived = 0;
    }, seconds * 1000);
  }

  arrived(bytes: number): void {
    this.#arrived += bytes;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
