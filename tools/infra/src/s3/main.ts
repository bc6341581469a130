import { z } from 'zod';
import { startS3Server } from './server.ts';

/**
 * The S3 server as a process of its own. Settings come by the environment alone: there other users of the machine
 * cannot read the administrator's key. It says `listening` on its output when it is; SIGTERM and SIGINT stop it.
 */
const Settings = z.object({
  S3_DIRECTORY: z.string().min(1),
  S3_HOST: z.string().default('127.0.0.1'),
  S3_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  S3_REGION: z.string().default('us-east-1'),
  S3_DURABLE: z.stringbool().default(true),
  S3_ADMIN_ACCESS_KEY: z.string().min(3),
  S3_ADMIN_SECRET_KEY: z.string().min(8),
});

const settings = Settings.safeParse(process.env);
if (!settings.success) {
  console.error(z.prettifyError(settings.error));
  process.exit(2);
}

const { data: env } = settings;
const server = await startS3Server({
  directory: env.S3_DIRECTORY,
  host: env.S3_HOST,
  port: env.S3_PORT,
  region: env.S3_REGION,
  durable: env.S3_DURABLE,
  adminKey: { access_key: env.S3_ADMIN_ACCESS_KEY, secret_key: env.S3_ADMIN_SECRET_KEY },
}).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
console.log(JSON.stringify({ msg: 'listening', service: 's3', endpoint: server.endpoint, port: server.port }));

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void server.close().then(() => process.exit(0));
  });
}
