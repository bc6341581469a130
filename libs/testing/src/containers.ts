const ADMINISTRATOR = 'imago';

export interface Containers {
  /** The URLs that make startInfrastructure use the containers. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/**
 * Postgres and RabbitMQ by Testcontainers, or undefined where no Docker engine answers or the environment names servers.
 *
 * Not run so far: the machines this was written on have no Docker engine. There it answers undefined.
 */
export async function startContainers(env: NodeJS.ProcessEnv): Promise<Containers | undefined> {
  if (env['IMAGO_POSTGRES_URL'] || env['IMAGO_AMQP_URL']) return undefined;
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers');
  const docker = await getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
  if (!docker) return undefined;
  const password = crypto.randomUUID();
  const postgres = await new GenericContainer('postgres:18')
    .withEnvironment({ POSTGRES_PASSWORD: password })
    .withCommand(['postgres', '-c', 'max_connections=300', '-c', 'fsync=off'])
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2)) // once for its set-up, once for us
    .start();
  const rabbitmq = await new GenericContainer('rabbitmq:3-management')
    .withEnvironment({ RABBITMQ_DEFAULT_USER: ADMINISTRATOR, RABBITMQ_DEFAULT_PASS: password })
    .withExposedPorts(5672, 15_672)
    .withWaitStrategy(Wait.forLogMessage(/Server startup complete/))
    .start()
    .catch(async (error: unknown) => {
      await postgres.stop();
      throw error;
    });
  const broker = `${ADMINISTRATOR}:${password}@${rabbitmq.getHost()}`;
  return {
    env: {
      IMAGO_POSTGRES_URL: `postgresql://postgres:${password}@${postgres.getHost()}:${postgres.getMappedPort(5432)}/postgres`,
      IMAGO_AMQP_URL: `amqp://${broker}:${rabbitmq.getMappedPort(5672)}`,
      IMAGO_RABBITMQ_MANAGEMENT_URL: `http://${broker}:${rabbitmq.getMappedPort(15_672)}`,
    },
    stop: async () => {
      await Promise.all([rabbitmq.stop(), postgres.stop()]);
    },
  };
}
