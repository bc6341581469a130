import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { choosePort, type Infrastructure } from '@imago/infra';
import { assignBuckets, openInstallation, prepareStore, startSystem, type System } from '@imago/system';
import { logIn } from '@imago/system/session';
import { BROKER_FILE, DIRECTORY, SERVICES_DIRECTORY } from '../places.ts';
import { type RunFile, writeRunFile } from '../run-file.ts';
import { importDemo, prepareDemo } from './import-demo.ts';

export interface RunOptions {
  readonly infrastructure: Infrastructure;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface RunningImago {
  readonly system: System;
  readonly run: RunFile;
}

/** Where traces go, if anywhere, and how many. */
const TRACE_SETTINGS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER_ARG'] as const;

/**
 * Starts Imago on running servers: buckets and keys, databases and queues, services, and the first time the demo image.
 * The run file appears last. What was started is stopped before it rejects.
 */
export async function runImago({ infrastructure, signal, say }: RunOptions): Promise<RunningImago> {
  const { s3, rabbitmq, postgres, qemu, scanner } = infrastructure;
  const demoOptions = { qemuImg: qemu.qemuImg, signal, say };
  const demo = prepareDemo(demoOptions);
  const installation = openInstallation(DIRECTORY);
  const { regions, users } = await prepareStore(s3, installation);
  const amqpUrl = await rabbitmq.createVhost('imago-services');
  say('Preparing databases and queues, starting the services');
  const system = await startSystem({
    directory: SERVICES_DIRECTORY,
    postgresAdminUrl: postgres.adminUrl,
    database: 'imago',
    amqpUrl,
    installation: { ...installation, users },
    regions,
    qemu,
    scanner,
    computeDirectory: join(DIRECTORY, 'compute'),
    gatewayPort: await choosePort('IMAGO_GATEWAY_PORT', process.env),
    restart: true,
    everywhere: traceSettings(),
    signal,
  });
  try {
    const { gateway } = system;
    const run = { gateway, keystone: `${gateway}/v3`, s3: { endpoint: s3.endpoint, region: s3.region }, users };
    const operator = users.find((user) => user.role === 'admin');
    if (operator === undefined) throw new Error('The installation has no operator.');
    await assignBuckets(await logIn(gateway, operator), users, regions);
    if (demo !== undefined) await importDemo(demo, run, demoOptions);
    signal.throwIfAborted();
    writeFileSync(BROKER_FILE, amqpUrl, { mode: 0o600 });
    writeRunFile(run);
    return { system, run };
  } catch (error) {
    await system.stop();
    throw error;
  }
}

/** What the environment says of traces holds for every service. */
function traceSettings(): Record<string, string> {
  return Object.fromEntries(TRACE_SETTINGS.map((name) => [name, process.env[name] ?? '']));
}
