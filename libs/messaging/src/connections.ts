import { Logger } from '@nestjs/common';
import { connect, type Channel, type ConfirmChannel, type RecoveringChannelModel } from 'amqplib';

/** Milliseconds; the first try after a loss comes at once, the later ones spread out. */
const RECOVERY = { initialDelay: 100, maxDelay: 5_000, factor: 2, jitter: 0.3, initialMaxRetries: 5 } as const;
const HEARTBEAT_SECONDS = 10;
/** How long opening a channel may take while the broker is there. */
const OPEN_MS = 10_000;

/**
 * The two broker connections of a process. Publishing and consuming are apart, because a broker short of memory
 * blocks whole connections, and acknowledgements must get through then. Both reconnect by themselves; `noDelay`
 * because Nagle's algorithm costs a factor of six here.
 */
export class AmqpConnections {
  private readonly logger = new Logger('RabbitMQ');
  private readonly models = new Map<Direction, Promise<RecoveringChannelModel>>();
  private blockedReason: string | null = null;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly service: string,
  ) {}

  /** True while the broker refuses publishes for lack of memory or disk. */
  get blocked(): boolean {
    return this.blockedReason !== null;
  }

  /** Connects both ways; rejects when the broker is not there, so that a service without it fails at once. */
  async open(): Promise<void> {
    await Promise.all([this.model('publishing'), this.model('consuming')]);
  }

  /** A channel for publishing with confirms. Waits while the connection is down, at most 10 s. */
  async confirmChannel(): Promise<ConfirmChannel> {
    const model = await this.model('publishing');
    return this.listen(await within(OPEN_MS, 'open a confirm channel', model.createConfirmChannel()), 'publishing');
  }

  /** A plain channel. Waits while the connection is down, at most 10 s. */
  async channel(direction: Direction): Promise<Channel> {
    const model = await this.model(direction);
    return this.listen(await within(OPEN_MS, 'open a channel', model.createChannel()), direction);
  }

  /** Closes both connections; what was not confirmed is not sent. */
  async close(): Promise<void> {
    this.closed = true;
    const models = await Promise.allSettled(this.models.values());
    await Promise.allSettled(models.map((model) => (model.status === 'fulfilled' ? model.value.close() : undefined)));
  }

  private model(direction: Direction): Promise<RecoveringChannelModel> {
    if (this.closed) return Promise.reject(new Error('the broker connections are closed'));
    const known = this.models.get(direction);
    if (known !== undefined) return known;
    const opening = this.connect(direction);
    this.models.set(direction, opening);
    opening.catch(() => this.models.delete(direction));
    return opening;
  }

  private async connect(direction: Direction): Promise<RecoveringChannelModel> {
    const url = new URL(this.url);
    url.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
    const model = await connect(url.href, {
      noDelay: true,
      keepAlive: true,
      timeout: OPEN_MS,
      clientProperties: { connection_name: `imago-${this.service}-${direction}` },
      recovery: RECOVERY,
    });
    model.on('error', (error: Error) => {
      this.logger.warn(`${direction}: ${error.message}`);
    });
    model.on('disconnect', (error: Error) => {
      this.blockedReason = null;
      this.logger.warn(`${direction} connection lost: ${error.message}`);
    });
    model.on('connect', () => {
      this.logger.log(`${direction} connection is back`);
    });
    if (direction === 'publishing') {
      model.on('blocked', (reason: string) => {
        this.blockedReason = reason;
        this.logger.warn(`the broker takes no messages: ${reason}`);
      });
      model.on('unblocked', () => {
        this.blockedReason = null;
        this.logger.log('the broker takes messages again');
      });
    }
    return model;
  }

  /** A channel without an 'error' listener would end the process when the broker closes it. */
  private listen<C extends Channel>(channel: C, direction: Direction): C {
    channel.on('error', (error: Error) => {
      this.logger.warn(`a ${direction} channel was closed: ${error.message}`);
    });
    return channel;
  }
}

export type Direction = 'publishing' | 'consuming';

/** Rejects when `promise` takes longer than `milliseconds`; its late outcome is ignored. */
export async function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${milliseconds} ms to: ${what}`));
    }, milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
