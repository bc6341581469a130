const MIB = 2 ** 20;
/** Milliseconds between two lines on a terminal, and elsewhere. */
const PACE = { terminal: 250, file: 5_000 } as const;
/** Milliseconds the rate is taken over. */
const WINDOW = 10_000;

/** How far an upload is, for a person: bytes, rate, time to go. */
export class ProgressLine {
  readonly #total: number;
  readonly #isTerminal = process.stderr.isTTY;
  readonly #sent: { readonly at: number; readonly bytes: number }[] = [{ at: performance.now(), bytes: 0 }];
  #present = 0;
  #bytes = 0;
  #shownAt = -Infinity;

  constructor(total: number) {
    this.#total = total;
  }

  /** Bytes that were there already. */
  present(bytes: number): void {
    this.#present += bytes;
    this.#show();
  }

  /** Bytes that have been sent now. */
  sent(bytes: number): void {
    this.#bytes += bytes;
    const at = performance.now();
    this.#sent.push({ at, bytes: this.#bytes });
    while (this.#sent.length > 2 && at - (this.#sent[0]?.at ?? at) > WINDOW) this.#sent.shift();
    this.#show();
  }

  /** The last state, and the line ends. */
  end(): void {
    this.#shownAt = -Infinity;
    this.#show();
    if (this.#isTerminal) process.stderr.write('\n');
  }

  #show(): void {
    const now = performance.now();
    if (now - this.#shownAt < (this.#isTerminal ? PACE.terminal : PACE.file)) return;
    this.#shownAt = now;
    const line = this.#line(now);
    process.stderr.write(this.#isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
  }

  #line(now: number): string {
    const done = this.#present + this.#bytes;
    const [first] = this.#sent;
    const rate = first === undefined ? 0 : (this.#bytes - first.bytes) / Math.max(1, now - first.at);
    const percent = Math.floor((done / this.#total) * 100);
    const toGo = rate > 0 ? `, ${timeOf((this.#total - done) / rate / 1000)} to go` : '';
    return `${mib(done)} of ${mib(this.#total)} MiB (${percent} %), ${((rate * 1000) / MIB).toFixed(1)} MiB/s${toGo}`;
  }
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(bytes < 100 * MIB ? 1 : 0);
}

function timeOf(seconds: number): string {
  const whole = Math.ceil(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
