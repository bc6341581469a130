import { mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { childReady, startChild, stopLeftovers } from './child.ts';
import type { Child } from './child.ts';
import type { RabbitMqPrograms } from './rabbitmq-programs.ts';
import { secretFile } from './secret-file.ts';

const USER = 'imago';

export interface RabbitMqPorts {
  readonly amqp: number;
  readonly management: number;
  /** Erlang's distribution and its port mapper: each broker has its own, so that brokers do not know each other. */
  readonly distribution: number;
  readonly epmd: number;
}

export interface RabbitMqOptions {
  /** Where this broker keeps its data and logs; a second start with the same directory has the same data. */
  readonly directory: string;
  readonly ports: RabbitMqPorts;
  /** True: begin without the data of earlier starts. */
  readonly empty?: boolean;
  readonly signal: AbortSignal;
}

export interface RunningRabbitMq {
  /** URL of the administrator in the virtual host `/`. */
  readonly amqpUrl: string;
  /** Base URL of the management API, with the administrator's credentials. */
  readonly managementUrl: string;
  readonly pid: number;
  /** Stops the broker, then its port mapper. */
  readonly stop: () => Promise<void>;
}

/** Starts a broker on the loopback interface, after stopping one that a killed run left on the same data. */
export async function startRabbitMq(programs: RabbitMqPrograms, options: RabbitMqOptions): Promise<RunningRabbitMq> {
  const { directory, ports, signal } = options;
  await stopLeftovers(directory, 'SIGTERM');
  if (options.empty === true) await rm(directory, { recursive: true, force: true });
  await mkdir(join(directory, 'data'), { recursive: true, mode: 0o700 });
  const password = await secretFile(join(directory, 'administrator-password'));
  await secretFile(join(directory, '.erlang.cookie'));
  await writeConfiguration(options, password);
  const epmd = await startEpmd(programs, options);
  let broker: Child | undefined;
  const stop = async (): Promise<void> => {
    await broker?.stop();
    await epmd.stop();
  };
  const managementUrl = `http://${USER}:${password}@127.0.0.1:${ports.management}`;
  try {
    signal.throwIfAborted();
    broker = await startChild({
      name: 'RabbitMQ',
      command: [programs.server],
      env: brokerEnvironment(programs, options),
      directory,
      logFile: join(directory, 'rabbitmq.log'),
      stopSignal: 'SIGTERM',
    });
    await childReady(broker, () => isServing(managementUrl, ports.amqp), signal);
  } catch (error) {
    await stop();
    throw error;
  }
  const amqpUrl = `amqp://${USER}:${password}@127.0.0.1:${ports.amqp}`;
  return { amqpUrl, managementUrl, pid: broker.process.pid ?? 0, stop };
}

/** Our own port mapper in the foreground; otherwise Erlang leaves one behind as a daemon. */
async function startEpmd(programs: RabbitMqPrograms, { directory, ports, signal }: RabbitMqOptions): Promise<Child> {
  const epmd = await startChild({
    name: "RabbitMQ's port mapper (epmd)",
    command: [programs.epmd, '-address', '127.0.0.1', '-port', String(ports.epmd)],
    env: programs.env,
    directory,
    logFile: join(directory, 'epmd.log'),
    stopSignal: 'SIGTERM',
  });
  try {
    await childReady(epmd, () => accepts(ports.epmd), signal, 20_000);
  } catch (error) {
    await epmd.stop();
    throw error;
  }
  return epmd;
}

async function writeConfiguration({ directory, ports }: RabbitMqOptions, password: string): Promise<void> {
  const lines = [
    `listeners.tcp.default = 127.0.0.1:${ports.amqp}`,
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.management}`,
    `default_user = ${USER}`, // made with the data; the password is kept beside them
    `default_pass = ${password}`,
    'log.console = true',
    'log.file = false',
    'disk_free_limit.absolute = 100MB',
    'collect_statistics_interval = 60000', // nobody looks at its pages, and every queue would tell its figures each 5 s
  ];
  await writeFile(join(directory, 'rabbitmq.conf'), `${lines.join('\n')}\n`, { mode: 0o600 });
  await writeFile(join(directory, 'enabled_plugins'), '[rabbitmq_management].\n');
}

function brokerEnvironment(programs: RabbitMqPrograms, { directory, ports }: RabbitMqOptions): NodeJS.ProcessEnv {
  return {
    ...programs.env,
    LANG: 'C.UTF-8',
    HOME: directory,
    RUNNING_UNDER_SYSTEMD: 'true', // the start script becomes the broker instead of watching over it
    RABBITMQ_CONF_ENV_FILE: join(directory, 'none'),
    RABBITMQ_NODENAME: 'imago@localhost', // the data carry this name
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_MNESIA_BASE: join(directory, 'data'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'enabled_plugins'),
    RABBITMQ_PID_FILE: join(directory, 'pid'),
    // No busy waiting of idle schedulers: the machine has other work.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none',
  };
}

/** The broker opens its listeners last, the management API a little before or after it. */
async function isServing(managementUrl: string, amqpPort: number): Promise<boolean> {
  if (!(await accepts(amqpPort))) return false;
  const { username, password, origin } = new URL(managementUrl);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return fetch(`${origin}/api/vhosts`, { headers: { authorization }, signal: AbortSignal.timeout(5_000) }).then(
    async (response) => {
      await response.arrayBuffer();
      return response.ok;
    },
    () => false,
  );
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => {
      done(false);
    });
  });
}
