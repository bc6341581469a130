import 'reflect-metadata';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Logger } from 'pino';
import type { ServiceConfig } from './config.ts';
import { FaultFilter, type FaultRenderer } from './fault.filter.ts';
import { Health, type ReadinessCheck } from './health.ts';
import { PinoLogger } from './logger.ts';
import { limitBodies } from './limit-bodies.ts';
import { observeRequests } from './observe-requests.ts';
import { OperationsModule } from './operations.module.ts';
import { renderProblem } from './problem.ts';
import { schemaPipe } from './schema-pipe.ts';
import { SilentConnections } from './silent-connections.ts';

export interface ServiceOptions {
  readonly service: string;
  /** The service, composed. */
  readonly module: Type | DynamicModule;
  readonly config: ServiceConfig;
  /** Requests whose bodies may take as long as they flow; every other has a minute. None when absent. */
  readonly streamed?: (request: IncomingMessage) => boolean;
  /** Runs before the routes are made: middleware of the service. */
  readonly prepare?: (app: NestExpressApplication) => void;
  /** Runs after the module is up and before anything is listened to: `connectMessaging`. */
  readonly start?: (app: NestExpressApplication) => Promise<void>;
  /** What the service cannot work without. */
  readonly checks?: (app: NestExpressApplication) => readonly ReadinessCheck[];
  /** The form of refusals; problem details when absent. */
  readonly renderFault?: FaultRenderer;
}

/** A service that listens and is ready. */
export interface RunningService {
  readonly app: NestExpressApplication;
  readonly port: number;
  /** Stops taking work, finishes what is under way, closes. */
  stop(): Promise<void>;
}

/** The largest body that is not streamed. */
const BODY_LIMIT = '256kb';
/** Milliseconds a client has for its headers, for its whole request, and may be silent for. */
const TIMES = { headers: 15_000, request: 60_000, silence: 120_000 } as const;
/**
 * Milliseconds a connection may be idle: more than clients and proxies give theirs, which is a minute at most places. So
 * they are the ones who close it, and no request is on its way to a connection that we close.
 */
const IDLE = 75_000;
/** Milliseconds a client has, once it is answered, to end a request that nobody reads any more. */
const PARTING = 5_000;
const MOST_HEADERS = 100;
/** Milliseconds a service may take to become ready, and between two looks. */
const READY_DEADLINE = 45_000;
const READY_INTERVAL = 50;

@Module({})
class ServiceModule {}

/** Starts a service inside this process and answers when it is ready. Rejects when it cannot start or get ready. */
export async function startService(options: ServiceOptions, logger: Logger): Promise<RunningService> {
  const { service, config } = options;
  const checks: ReadinessCheck[] = [];
  const health = new Health(checks);
  const root = { module: ServiceModule, imports: [OperationsModule.forRoot(health), options.module] };
  const app = await NestFactory.create<NestExpressApplication>(root, {
    logger: new PinoLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  const silent = new SilentConnections(app.getHttpServer());
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(observeRequests({ service, logger, health }));
  const { streamed } = options;
  if (streamed !== undefined) app.use(limitBodies(streamed, { whole_ms: TIMES.request, parting_ms: PARTING }));
  options.prepare?.(app);
  app.useBodyParser('json', { limit: BODY_LIMIT });
  app.useGlobalPipes(schemaPipe());
  app.useGlobalFilters(new FaultFilter(options.renderFault ?? renderProblem));
  try {
    await app.init();
    await options.start?.(app);
    checks.push(...(options.checks?.(app) ?? []));
    const port = await listen(app, config, streamed === undefined ? TIMES.request : 0);
    logger.info({ port, host: config.HOST }, 'listening');
    await ready(health);
    announce(config.READY_FILE, port);
    return { app, port, stop: () => stop({ app, health, silent, readyFile: config.READY_FILE }) };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function listen(app: NestExpressApplication, config: ServiceConfig, requestTimeout: number): Promise<number> {
  const server = app.getHttpServer();
  server.headersTimeout = TIMES.headers;
  server.requestTimeout = requestTimeout;
  server.keepAliveTimeout = IDLE;
  server.maxHeadersCount = MOST_HEADERS;
  server.setTimeout(TIMES.silence);
  await app.listen(config.PORT, config.HOST);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The service listens to no port.');
  return address.port;
}

async function ready(health: Health): Promise<void> {
  const deadline = performance.now() + READY_DEADLINE;
  for (;;) {
    const faults = await health.faults();
    if (Object.keys(faults).length === 0) return;
    if (performance.now() > deadline) throw new Error(`The service did not become ready: ${JSON.stringify(faults)}`);
    await delay(READY_INTERVAL);
  }
}

/** Appears whole or not at all: who waits for the file reads it the moment it is there. */
function announce(file: string | undefined, port: number): void {
  if (file === undefined) return;
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify({ port, pid: process.pid }));
  renameSync(unfinished, file);
}

interface Stopping {
  readonly app: NestExpressApplication;
  readonly health: Health;
  readonly silent: SilentConnections;
  readonly readyFile: string | undefined;
}

async function stop({ app, health, silent, readyFile }: Stopping): Promise<void> {
  health.drain();
  if (readyFile !== undefined) rmSync(readyFile, { force: true });
  const server: Server = app.getHttpServer();
  // Connections that were busy when the server closed stay open after their answer, and the server with them.
  const closing = setInterval(() => {
    server.closeIdleConnections();
    silent.close();
  }, READY_INTERVAL);
  try {
    await app.close();
  } finally {
    clearInterval(closing);
  }
}
