import { z } from 'zod';
import type { MachineChange, ServerSpec } from '../hypervisor.ts';
import { statusOf } from './machine.ts';
import { diskNode } from './machine-arguments.ts';
import { QmpConnection, QmpError, type QmpEvent } from './qmp-connection.ts';
import { disksOf, FILES } from './server-files.ts';

type DiskError = Extract<MachineChange, { type: 'disk_error' }>;

export interface FollowerOptions {
  readonly directory: string;
  /** Milliseconds for an answer of the machine. */
  readonly answer: number;
  readonly onDiskError: (change: DiskError) => void;
  /** The guest has switched the machine off; `quit` ends what is left of it. Asked again as long as that is not done. */
  readonly onShutdown: (quit: () => Promise<unknown>) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

const blockError = z.object({
  'node-name': z.string().default(''),
  operation: z.string(),
  action: z.string(),
  reason: z.string().default('for an unknown reason'),
});

const blockStatistics = z.array(
  z.object({
    'node-name': z.string().default(''),
    stats: z.object({ failed_rd_operations: z.number(), failed_wr_operations: z.number() }),
  }),
);

/** Milliseconds in which one disk is spoken of once, whatever its guest does to it. */
const DISK_ERROR_INTERVAL = 10_000;
/** Milliseconds after which a machine that had no room to write tries again. */
const RETRY_INTERVAL = 5_000;

/** Listens to one machine until that ends. Waits its turn where another process listens to it. */
export class MachineFollower {
  readonly #spec: ServerSpec;
  readonly #options: FollowerOptions;
  readonly #lastErrors = new Map<string, number>();
  readonly #over = new AbortController();
  #monitor: QmpConnection | undefined;
  #waitsForRoom: number | undefined;
  #isOff = false;
  #quitting = false;
  /** When it has nothing to listen to any more. Never rejects. */
  readonly closed: Promise<void>;

  constructor(spec: ServerSpec, options: FollowerOptions) {
    this.#spec = spec;
    this.#options = options;
    this.closed = this.#follow().catch((error: unknown) => {
      if (!(error instanceof QmpError)) options.onError(error);
    });
  }

  /** To be called now and then. */
  look(): void {
    if (this.#isOff) this.#shutDown();
    if (this.#waitsForRoom === undefined || performance.now() < this.#waitsForRoom) return;
    this.#waitsForRoom = performance.now() + RETRY_INTERVAL;
    this.#monitor?.execute('cont').catch(() => undefined); // it is asked again, or has ended
  }

  close(): void {
    this.#over.abort();
    this.#monitor?.close();
  }

  async #follow(): Promise<void> {
    const monitor = await QmpConnection.open(this.#options.directory, FILES.events, {
      timeout: this.#options.answer,
      greeting: Number.POSITIVE_INFINITY,
      signal: this.#over.signal,
      onEvent: (event) => {
        this.#hear(event);
      },
    });
    this.#monitor = monitor;
    try {
      const status = await statusOf(monitor);
      if (status === 'shutdown') this.#shutDown();
      if (status === 'io-error') this.#waitsForRoom = 0;
      await this.#lookBack(monitor);
      await monitor.closed;
    } finally {
      monitor.close();
    }
  }

  /** A machine reads its disk before anybody listens: what failed by then is counted, and told to nobody again. */
  async #lookBack(monitor: QmpConnection): Promise<void> {
    for (const { 'node-name': node, stats } of blockStatistics.parse(await monitor.execute('query-blockstats'))) {
      const told = { 'node-name': node, action: 'report', reason: 'before anybody was listening' };
      if (stats.failed_rd_operations > 0) this.#diskError({ ...told, operation: 'read' });
      else if (stats.failed_wr_operations > 0) this.#diskError({ ...told, operation: 'write' });
    }
  }

  #hear({ event, data }: QmpEvent): void {
    if (event === 'SHUTDOWN' && data['guest'] === true) this.#shutDown();
    if (event === 'RESUME') this.#waitsForRoom = undefined;
    const error = blockError.safeParse(data);
    if (event === 'BLOCK_IO_ERROR' && error.success) this.#diskError(error.data);
  }

  #shutDown(): void {
    this.#isOff = true;
    const monitor = this.#monitor;
    if (monitor === undefined || this.#quitting) return; // its status is asked once it is connected
    this.#quitting = true;
    const quit = (): Promise<unknown> => monitor.execute('quit').catch(() => undefined);
    this.#options
      .onShutdown(quit)
      .catch(this.#options.onError)
      .finally(() => (this.#quitting = false));
  }

  #diskError({ 'node-name': node, operation, action, reason }: z.output<typeof blockError>): void {
    if (action === 'stop') this.#waitsForRoom ??= performance.now() + RETRY_INTERVAL;
    const disk = disksOf(this.#spec).find((_, index) => diskNode(index) === node);
    if (disk === undefined) return;
    const last = this.#lastErrors.get(disk.id);
    if (last !== undefined && performance.now() - last < DISK_ERROR_INTERVAL) return;
    this.#lastErrors.set(disk.id, performance.now());
    const message = `A ${operation} failed: ${reason}`;
    this.#options.onDiskError({ type: 'disk_error', server_id: this.#spec.id, disk_id: disk.id, message });
  }
}
