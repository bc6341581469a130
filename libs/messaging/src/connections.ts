import { Logger } from '@nestjs/common';
import { connect, type Channel, type ChannelModel, type ConfirmChannel, type RecoveringChannelModel } from 'amqplib';

/** Milliseconds; the first try after a loss comes at once, the later ones spread out. */
const RECOVERY = { initialDelay: 100, maxDelay: 2_000, factor: 2, jitter: 0.3, initialMaxRetries: 2 } as const;
const HEARTBEAT_SECONDS = 10;
/** How long reaching the broker and opening a channel may take. */
const OPEN_MS = 10_000;
/** How long something may take to close; it is of no further use, so nobody needs to wait longer. */
const CLOSE_MS = 2_000;

export type Direction = 'publishing' | 'consuming';

/**
 * The two broker connections of a process. Publishing and consuming are apart, because a broker short of memory
 * blocks whole connections, and acknowledgements must get through then. Both reconnect by themselves; `noDelay`
 * because Nagle's algorithm costs a factor of six here.
 */
export class AmqpConnections {
  private readonly logger = new Logger('RabbitMQ');
  private readonly links = new Map<Direction, Promise<Link>>();
  private readonly standing = new Set<Direction>();
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

  /** True while the broker can be reached that way. */
  connected(direction: Direction): boolean {
    return this.standing.has(direction);
  }

  /** Connects both ways; rejects when the broker is not there, so that a service without it fails at once. */
  async open(directions: readonly Direction[] = ['publishing', 'consuming']): Promise<void> {
    await Promise.all(directions.map((direction) => this.link(direction)));
  }

  /** A channel for publishing with confirms. Waits while the connection is down, at most 10 s. */
  async confirmChannel(): Promise<ConfirmChannel> {
    return this.openChannel('publishing', (model) => model.createConfirmChannel());
  }

  /** A plain channel. Waits while the connection is down, at most 10 s. */
  async channel(direction: Direction): Promise<Channel> {
    return this.openChannel(direction, (model) => model.createChannel());
  }

  /** Closes both connections; what was not confirmed is not sent. */
  async close(): Promise<void> {
    this.closed = true;
    this.standing.clear();
    const links = await Promise.allSettled([...this.links.values()]);
    const open = links.flatMap((link) => (link.status === 'fulfilled' ? [link.value.model] : []));
    await Promise.all(open.map((model) => closeQuietly(model)));
  }

  private async openChannel<C extends Channel>(
    direction: Direction,
    create: (model: RecoveringChannelModel) => Promise<C>,
  ): Promise<C> {
    const link = await this.link(direction);
    // One wait shared by all: a channel asked for now would be opened whenever the broker is back, wanted or not, and
    // an hour of such requests is more channels than a connection may have.
    await within(OPEN_MS, 'reach the broker', link.up.promise);
    const opening = create(link.model);
    try {
      return this.listen(await within(OPEN_MS, 'open a channel', opening), direction);
    } catch (error) {
      opening.then((channel) => closeQuietly(this.listen(channel, direction)), ignore);
      throw error;
    }
  }

  private link(direction: Direction): Promise<Link> {
    if (this.closed) return Promise.reject(new Error('the broker connections are closed'));
    const known = this.links.get(direction);
    if (known !== undefined) return known;
    const opening = this.connect(direction);
    this.links.set(direction, opening);
    opening.catch(() => this.links.delete(direction));
    return opening;
  }

  private async connect(direction: Direction): Promise<Link> {
    const url = new URL(this.url);
    url.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
    const model = await connect(url.href, {
      noDelay: true,
      keepAlive: true,
      timeout: OPEN_MS,
      clientProperties: { connection_name: `imago-${this.service}-${direction}` },
      recovery: RECOVERY,
    });
    const link: Link = { model, up: Promise.withResolvers() };
    link.up.resolve();
    this.standing.add(direction);
    model.on('error', (error: Error) => {
      this.logger.warn(`${direction}: ${error.message}`);
    });
    model.on('disconnect', (error: Error) => {
      link.up = Promise.withResolvers();
      this.standing.delete(direction);
      if (direction === 'publishing') this.blockedReason = null;
      this.logger.warn(`${direction} connection lost: ${error.message}`);
    });
    model.on('connect', () => {
      link.up.resolve();
      this.standing.add(direction);
      this.logger.log(`${direction} connection is back`);
    });
    if (direction === 'publishing') this.watchBlocking(model);
    return link;
  }

  private watchBlocking(model: RecoveringChannelModel): void {
    model.on('blocked', (reason: string) => {
      this.blockedReason = reason;
      this.logger.warn(`the broker takes no messages: ${reason}`);
    });
    model.on('unblocked', () => {
      this.blockedReason = null;
      this.logger.log('the broker takes messages again');
    });
  }

  /** A channel without an 'error' listener would end the process when the broker closes it. */
  private listen<C extends Channel>(channel: C, direction: Direction): C {
    channel.on('error', (error: Error) => {
      this.logger.warn(`a ${direction} channel was closed: ${error.message}`);
    });
    return channel;
  }
}

/** A connection that comes back by itself; `up` is settled while it stands. */
interface Link {
  readonly model: RecoveringChannelModel;
  up: PromiseWithResolvers<void>;
}

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

/** Closes what is of no further use. The broker may be gone, closed already, or never answer: all of that is fine. */
export async function closeQuietly(closable: Channel | ChannelModel | RecoveringChannelModel): Promise<void> {
  await within(CLOSE_MS, 'close', closable.close()).catch(ignore);
}

function ignore(): void {
  // there is nobody left to tell
}
