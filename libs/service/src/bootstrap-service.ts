import { hostname } from 'node:os';
import { startTracing, type Tracing } from '@imago/tracing';
import type { Logger } from 'pino';
import { rootLogger } from './logger.ts';
import { type RunningService, type ServiceOptions, startService } from './start-service.ts';

export type { ServiceOptions } from './start-service.ts';

/** Milliseconds a service has to finish what is under way before it goes without. */
const DRAIN_DEADLINE = 10_000;

/**
 * The whole `main` of a service: starts it, drains it on SIGTERM and SIGINT, and ends the process with a log line when
 * it cannot start, cannot drain in time (exit code 1), or something was thrown that nobody caught: a process in a state
 * nobody thought of is started again by its supervisor.
 */
export async function bootstrapService(options: ServiceOptions): Promise<RunningService> {
  const logger = rootLogger(options.service, options.config.LOG_LEVEL);
  const crash = (error: unknown, message: string): never => {
    logger.fatal({ err: error }, message);
    process.exit(1);
  };
  process.on('uncaughtException', (error) => crash(error, 'uncaught error'));
  process.on('unhandledRejection', (error) => crash(error, 'unhandled rejection'));

  const tracing = tracingOf(options, logger).catch((error: unknown) => crash(error, 'cannot start'));
  const starting = tracing
    .then(() => startService(options, logger))
    .catch((error: unknown) => crash(error, 'cannot start'));
  const drain = async (signal: string): Promise<void> => {
    logger.info({ signal }, 'stopping');
    setTimeout(() => crash(new Error('the deadline passed'), 'cannot stop in time'), DRAIN_DEADLINE).unref();
    const running = await starting;
    await running.stop();
    await (await tracing)?.stop();
    logger.info({ signal }, 'stopped');
    process.exit(0);
  };
  let draining = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A terminal's Ctrl-C reaches every process of its group, and the parent then sends SIGTERM as well.
      if (draining) return;
      draining = true;
      drain(signal).catch((error: unknown) => crash(error, 'cannot stop'));
    });
  }
  return starting;
}

/** Traces, where somebody wants to have them; before the service is made, so that nothing of it goes without. */
async function tracingOf({ service, config }: ServiceOptions, logger: Logger): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config;
  if (endpoint === undefined) return undefined;
  const watch = {
    lost: (error: unknown) => {
      logger.warn({ err: error }, 'traces are lost: their collector does not take them');
    },
    arrived: () => {
      logger.info('traces arrive again');
    },
  };
  return startTracing({ service, instance: `${hostname()}:${process.pid}`, endpoint, ratio, watch });
}
