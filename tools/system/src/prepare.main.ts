import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attachInfrastructure } from '@imago/infra';
import { databaseUrls, PERSISTENT_SERVICES } from '@imago/persistence';
import { z } from 'zod';
import { openInstallation, writeUsersFile } from './installation.ts';
import { migrateStep } from './migrate.ts';
import { prepareStore } from './prepare-store.ts';

// The one-off program that comes before the services where they are containers: it makes up the installation's secrets
// once, prepares the object store, migrates the databases, declares the queues, and leaves in one directory the files
// that the services read by their `*_FILE` settings.

const settings = z.object({
  INSTALLATION_DIRECTORY: z.string().min(1),
  POSTGRES_ADMIN_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  DATABASE: z.string().min(1).default('imago'),
  AMQP_URL: z.url({ protocol: /^amqps?$/ }),
  S3_ENDPOINT: z.url(),
  /** Where tenants reach the same store; links lead there. As `S3_ENDPOINT` when absent. */
  S3_PUBLIC_ENDPOINT: z.url().optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_ACCESS_KEY: z.string().min(1),
  S3_SECRET_KEY: z.string().min(1),
  /** Our own S3 server, which makes keys; any other one is used with the key above alone. */
  S3_EMBEDDED: z.stringbool().default(false),
});

const parsed = settings.safeParse(process.env);
if (!parsed.success) {
  console.error(z.prettifyError(parsed.error));
  process.exit(2);
}
const {
  INSTALLATION_DIRECTORY: directory,
  POSTGRES_ADMIN_URL: postgresAdminUrl,
  DATABASE: database,
  ...env
} = parsed.data;

const installation = openInstallation(directory);
const { s3 } = attachInfrastructure({
  postgres: { adminUrl: postgresAdminUrl },
  rabbitmq: { amqpUrl: env.AMQP_URL, managementUrl: 'http://unused.invalid' },
  s3: {
    endpoint: env.S3_ENDPOINT,
    region: env.S3_REGION,
    access_key: env.S3_ACCESS_KEY,
    secret_key: env.S3_SECRET_KEY,
    embedded: env.S3_EMBEDDED,
  },
  qemu: { qemuImg: '', qemuSystem: null, ovmf: null },
  scanner: null,
});
const { regions, users } = await prepareStore(s3, installation, env.S3_PUBLIC_ENDPOINT);
await migrateStep({ postgresAdminUrl, database, passwords: installation.database_passwords, amqpUrl: env.AMQP_URL });

await writeUsersFile(join(directory, 'users.json'), users);
write('regions.json', JSON.stringify(regions, null, 2));
write('context_key', installation.context_key);
write('token_key', installation.token_key);
write('webhook_key', installation.webhook_key);
write('import_key', installation.import_key);
for (const service of PERSISTENT_SERVICES) {
  const { run } = databaseUrls(postgresAdminUrl, database, service, installation.database_passwords[service]);
  write(`${service}_database_url`, run);
}
write('people.json', JSON.stringify(users, null, 2));
console.log(`Prepared. Who can log in, and with what: ${join(directory, 'people.json')}`);

function write(name: string, text: string): void {
  writeFileSync(join(directory, name), text, { mode: 0o600 });
}
