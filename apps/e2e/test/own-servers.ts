import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  attachInfrastructure,
  type AttachedInfrastructure,
  freePort,
  PACKAGE_CACHE,
  provideQemu,
  rabbitMqPrograms,
  type RunningPostgres,
  type RunningRabbitMq,
  type RunningS3,
  startPostgres,
  startRabbitMq,
  startS3Process,
} from '@imago/infra';

interface Running {
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

type Start<Server extends Running> = () => Promise<Server>;

/** One server that can be killed, paused and started again where it was, with its data. */
class OwnServer<Server extends Running = Running> {
  private constructor(
    private readonly begin: Start<Server>,
    private current: Server,
  ) {}

  static async start<Server extends Running>(begin: Start<Server>): Promise<OwnServer<Server>> {
    return new OwnServer(begin, await begin());
  }

  get running(): Server {
    return this.current;
  }

  /** Ends it without a word, and starts it again. */
  async crash(): Promise<void> {
    process.kill(this.current.pid, 'SIGKILL');
    await this.current.stop(); // whatever belongs to it, a port mapper for example
    this.current = await this.begin();
  }

  /** Lets it hang for a while: connections stay, and nothing answers. */
  async pause(milliseconds: number): Promise<void> {
    process.kill(this.current.pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    process.kill(this.current.pid, 'SIGCONT');
  }

  stop(): Promise<void> {
    return this.current.stop();
  }
}

/** Postgres, RabbitMQ and S3 of one suite alone, with their data on a disk that is synced: to be killed. */
export class OwnServers {
  private constructor(
    readonly postgres: OwnServer<RunningPostgres>,
    readonly rabbitmq: OwnServer<RunningRabbitMq>,
    readonly s3: OwnServer<RunningS3>,
    readonly infrastructure: AttachedInfrastructure,
    private readonly directory: string,
  ) {}

  static async start(): Promise<OwnServers> {
    const directory = await mkdtemp(join(tmpdir(), 'imago-servers-'));
    const { signal } = new AbortController();
    const cache = { directory: PACKAGE_CACHE, signal, report: () => undefined };
    const programs = await rabbitMqPrograms(cache, false);
    const [postgresPort, s3Port] = [await freePort(), await freePort()];
    const ports = {
      amqp: await freePort(),
      management: await freePort(),
      distribution: await freePort(),
      epmd: await freePort(),
    };
    const common = { durable: true, signal };
    const [postgres, rabbitmq, s3] = await Promise.all([
      OwnServer.start(() => startPostgres({ ...common, directory: join(directory, 'postgres'), port: postgresPort })),
      OwnServer.start(() => startRabbitMq(programs, { signal, directory: join(directory, 'rabbitmq'), ports })),
      OwnServer.start(() => startS3Process({ ...common, directory: join(directory, 's3'), port: s3Port })),
    ]);
    const { amqpUrl, managementUrl } = rabbitmq.running;
    const infrastructure = attachInfrastructure({
      postgres: { adminUrl: postgres.running.adminUrl },
      rabbitmq: { amqpUrl, managementUrl },
      s3: s3.running.address,
      qemu: await provideQemu({ cache, forcePrivate: false }, {}),
      scanner: null,
    });
    return new OwnServers(postgres, rabbitmq, s3, infrastructure, directory);
  }

  async stop(): Promise<void> {
    await Promise.all([this.postgres.stop(), this.rabbitmq.stop(), this.s3.stop()]);
    await rm(this.directory, { recursive: true, force: true });
  }
}
