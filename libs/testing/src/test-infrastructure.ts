import { startInfrastructure } from '@imago/infra';
import type { Infrastructure } from '@imago/infra';
import { startContainers } from './containers.ts';

export interface TestInfrastructureOptions {
  /** Where the servers keep their data; emptied first. */
  readonly directory: string;
  readonly report?: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Empty servers for a test run, without fsync: Postgres and RabbitMQ in containers where a Docker engine answers, else
 * all as processes of this machine. IMAGO_POSTGRES_URL and its like replace single servers.
 */
export async function startTestInfrastructure(options: TestInfrastructureOptions): Promise<Infrastructure> {
  const { env = process.env } = options;
  const containers = await startContainers(env);
  try {
    const infrastructure = await startInfrastructure({
      ...options,
      env: { ...env, ...containers?.env },
      durable: false,
      empty: true,
    });
    const stop = async (): Promise<void> => {
      await infrastructure.stop();
      await containers?.stop();
    };
    return { ...infrastructure, stop };
  } catch (error) {
    await containers?.stop();
    throw error;
  }
}
