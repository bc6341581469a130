import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { MachineProcess } from './machine-process.ts';
import { QmpConnection, QmpError, type QmpEvent } from './qmp-connection.ts';
import { FILES } from './server-files.ts';

/** Milliseconds. */
export interface MachineTimeouts {
  /** For a machine to run after it was started: a busy host, or a base that is slow to open. */
  readonly start: number;
  /** For an answer of a machine. */
  readonly answer: number;
  /** For a machine to write its disks and end; after that it is killed, as in a power cut. */
  readonly quit: number;
}

/** `shutdown`: its guest has switched it off, and only its process is there still. Others are qemu's words. */
export type MachineStatus = 'running' | 'shutdown' | 'io-error' | 'paused' | 'unknown';

const statusAnswer = z.object({ status: z.string() });

/** Milliseconds between two tries to reach a machine that has just been started. */
const REACH_INTERVAL = 10;
/** Milliseconds after which a guest is asked again: one that was only just booting has not heard it. */
const ASK_INTERVAL = 5_000;

/** What can be done with a machine that runs. Its monitor serves one at a time, so nobody stays connected for long. */
export class Machine {
  readonly process: MachineProcess;
  readonly #directory: string;
  readonly #timeouts: MachineTimeouts;

  constructor(process: MachineProcess, directory: string, timeouts: MachineTimeouts) {
    this.process = process;
    this.#directory = directory;
    this.#timeouts = timeouts;
  }

  /** Waits until it has run instructions; a guest may be off again at once. @throws Error when it ends before that, or does not in time. */
  async awaitRunning(signal?: AbortSignal): Promise<void> {
    const end = performance.now() + this.#timeouts.start;
    for (;;) {
      signal?.throwIfAborted();
      if (!(await this.process.runs())) throw new Error(`The machine did not start: ${await this.process.lastWords()}`);
      const status = await this.status();
      if (status === 'running' || status === 'io-error' || status === 'shutdown') return;
      if (performance.now() > end) throw new Error(`The machine does not run: ${await this.process.lastWords()}`);
      await delay(REACH_INTERVAL);
    }
  }

  async status(): Promise<MachineStatus> {
    return this.#connected((monitor) => statusOf(monitor)).catch((error: unknown) => {
      if (error instanceof QmpError) return 'unknown';
      throw error;
    });
  }

  /** Asks the guest to switch off and waits for it. @returns whether it did within the milliseconds. */
  async askToShutDown(patience: number, signal?: AbortSignal): Promise<boolean> {
    const seen = eventSeen('SHUTDOWN');
    return this.#asking(seen, { patience, signal, ask: (monitor) => monitor.execute('system_powerdown') });
  }

  /** Asks the guest to reboot, as its keyboard can. @returns whether it did within the milliseconds. */
  async askToReboot(patience: number, signal?: AbortSignal): Promise<boolean> {
    const keys = ['ctrl', 'alt', 'delete'].map((data) => ({ type: 'qcode', data }));
    const seen = eventSeen('RESET');
    return this.#asking(seen, { patience, signal, ask: (monitor) => monitor.execute('send-key', { keys }) });
  }

  /** One that has ended meanwhile is past it. */
  async reset(): Promise<void> {
    await this.#connected((monitor) => monitor.execute('system_reset')).catch(async (error: unknown) => {
      if (await this.process.runs()) throw error;
    });
  }

  /** Switches it off, with its disks written and closed, and waits for its end. */
  async quit(): Promise<void> {
    const asked = await this.#connected((monitor) => monitor.execute('quit')).then(
      () => true,
      () => false, // it is on its way out, or beyond words
    );
    if (asked && (await this.process.ended(this.#timeouts.quit))) return;
    await this.kill();
  }

  /**
   * Ends what is left of it when its guest has switched it off; one that runs goes on. Both are one conversation, so it
   * is no other machine that ends. @returns whether it is off; `note` was called before it was ended.
   */
  async quitIfOff(note: () => Promise<void>): Promise<boolean> {
    const isOff = await this.#connected(async (monitor) => {
      if ((await statusOf(monitor)) !== 'shutdown') return false;
      await note();
      await monitor.execute('quit').catch(() => undefined); // it is on its way out, or beyond words
      return true;
    }).catch(async (error: unknown) => {
      if (error instanceof QmpError) return !(await this.process.runs());
      throw error;
    });
    if (isOff && !(await this.process.ended(this.#timeouts.quit))) await this.kill();
    return isOff;
  }

  async kill(): Promise<void> {
    await this.process.kill(this.#timeouts.quit);
  }

  async #asking(seen: EventSeen, { patience, signal, ask }: Asking): Promise<boolean> {
    return this.#connected(async (monitor) => {
      const end = performance.now() + patience;
      while ((await statusOf(monitor)) !== 'shutdown') {
        await ask(monitor);
        const wait = Math.min(ASK_INTERVAL, end - performance.now());
        if (await seen.within(wait, { signal, closed: monitor.closed })) return true;
        if (performance.now() >= end) return false;
      }
      return true;
    }, seen.listener).catch(async (error: unknown) => {
      if (error instanceof QmpError) return !(await this.process.runs());
      throw error;
    });
  }

  async #connected<T>(work: (monitor: QmpConnection) => Promise<T>, onEvent?: (event: QmpEvent) => void): Promise<T> {
    const monitor = await QmpConnection.open(this.#directory, FILES.control, {
      timeout: this.#timeouts.answer,
      ...(onEvent && { onEvent }),
    });
    try {
      return await work(monitor);
    } finally {
      monitor.close();
    }
  }
}

export async function statusOf(monitor: QmpConnection): Promise<MachineStatus> {
  const { status } = statusAnswer.parse(await monitor.execute('query-status'));
  switch (status) {
    case 'running':
    case 'shutdown':
    case 'io-error':
    case 'paused':
      return status;
    default:
      return 'unknown';
  }
}

interface Asking {
  readonly patience: number;
  readonly signal: AbortSignal | undefined;
  readonly ask: (monitor: QmpConnection) => Promise<unknown>;
}

interface EventSeen {
  readonly listener: (event: QmpEvent) => void;
  /** @returns whether it was seen, or its connection ended, before the milliseconds were over. */
  within(timeout: number, until: { signal: AbortSignal | undefined; closed: Promise<void> }): Promise<boolean>;
}

/** What a guest does by itself is told with `guest`; what it is made to do is not meant here. */
function eventSeen(name: 'SHUTDOWN' | 'RESET'): EventSeen {
  const happened = Promise.withResolvers<true>();
  return {
    listener: ({ event, data }) => {
      if (event === name && data['guest'] === true) happened.resolve(true);
    },
    within: async (timeout, { signal, closed }) => {
      const over = new AbortController();
      const signals = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
      const timer = delay(Math.max(0, timeout), false, { signal: signals }).catch(() => {
        signal?.throwIfAborted();
        return false;
      });
      try {
        return await Promise.race([happened.promise, closed.then(() => true), timer]);
      } finally {
        over.abort();
      }
    },
  };
}
