import { rename, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startS3Server } from './server.ts';

/**
 * The S3 server as a process of its own:
 *
 *     node main.ts --directory <path> [--host 127.0.0.1] [--port 0] [--region us-east-1] [--ready-file <path>]
 *
 * or S3_DIRECTORY, S3_HOST, S3_PORT, S3_REGION, READY_FILE. The administrator's key comes only by the environment
 * (S3_ADMIN_ACCESS_KEY, S3_ADMIN_SECRET_KEY), where other users of the machine cannot read it. SIGTERM and SIGINT stop it.
 */
const Settings = z.object({
  directory: z.string().min(1),
  host: z.string().default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  region: z.string().default('us-east-1'),
  'ready-file': z.string().optional(),
  access_key: z.string().min(3),
  secret_key: z.string().min(8),
});

const { values } = parseArgs({
  options: {
    directory: { type: 'string' },
    host: { type: 'string' },
    port: { type: 'string' },
    region: { type: 'string' },
    'ready-file': { type: 'string' },
  },
});
const { env } = process;
const settings = Settings.safeParse({
  directory: values.directory ?? env['S3_DIRECTORY'],
  host: values.host ?? env['S3_HOST'],
  port: values.port ?? env['S3_PORT'],
  region: values.region ?? env['S3_REGION'],
  'ready-file': values['ready-file'] ?? env['READY_FILE'],
  access_key: env['S3_ADMIN_ACCESS_KEY'],
  secret_key: env['S3_ADMIN_SECRET_KEY'],
});
if (!settings.success) {
  console.error(z.prettifyError(settings.error));
  process.exit(2);
}

const { directory, host, port, region, access_key, secret_key } = settings.data;
const adminKey = { access_key, secret_key };
const server = await startS3Server({ directory, host, port, region, adminKey }).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
console.log(JSON.stringify({ msg: 'listening', service: 's3', endpoint: server.endpoint, port: server.port }));
const readyFile = settings.data['ready-file'];
if (readyFile !== undefined) {
  await writeFile(`${readyFile}.new`, JSON.stringify({ port: server.port, pid: process.pid }));
  await rename(`${readyFile}.new`, readyFile); // whoever waits for it never reads half of it
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void server.close().then(() => process.exit(0));
  });
}
