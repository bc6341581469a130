import { type Service, SERVICES } from '@imago/contracts';
import { stringify } from 'yaml';
import type { Setting } from './service-settings.ts';

const INSTALLATION = '/installation';

/** Where a service finds what it needs; a text beginning with the installation's path is of a file. */
const EVERYWHERE: Readonly<Record<string, string>> = {
  HOST: '0.0.0.0',
  PORT: '8080',
  AMQP_URL: 'amqp://imago:${RABBITMQ_PASSWORD:?}@rabbitmq:5672',
  IMAGO_CONTEXT_KEY: `${INSTALLATION}/context_key`,
  IMAGO_TOKEN_KEY: `${INSTALLATION}/token_key`,
  ACTIVITY_WEBHOOK_KEY: `${INSTALLATION}/webhook_key`,
  IMPORT_SECRET_KEY: `${INSTALLATION}/import_key`,
  IMAGO_REGIONS_FILE: `${INSTALLATION}/regions.json`,
  IMAGO_USERS_FILE: `${INSTALLATION}/users.json`,
  OTEL_EXPORTER_OTLP_ENDPOINT: '${OTEL_EXPORTER_OTLP_ENDPOINT:-}',
  OTEL_TRACES_SAMPLER_ARG: '${OTEL_TRACES_SAMPLER_ARG:-1}',
};

/** What single services are given beside that, because they run in containers. */
const OF_ONE: Partial<Record<Service, Readonly<Record<string, string>>>> = {
  gateway: { PUBLIC_URL: '${PUBLIC_URL:-http://localhost:9292}' },
  compute: {
    COMPUTE_DIRECTORY: '/compute',
    COMPUTE_HOST: 'compute',
    COMPUTE_EXPORT_URL: 'http://compute:8080',
    COMPUTE_STOP_SERVERS_AT_END: 'true',
    IMAGO_OVMF_CODE: '/usr/share/OVMF/OVMF_CODE_4M.fd',
    IMAGO_OVMF_VARS: '/usr/share/OVMF/OVMF_VARS_4M.fd',
  },
};

/** How single services are run besides their program and settings. */
const PARTICULARS: Partial<Record<Service, object>> = {
  gateway: { ports: ['9292:8080'] },
  // A host of servers, in a container: they end with it and are found stopped. Its machines are emulated ones.
  compute: { volumes: [`installation:${INSTALLATION}:ro`, 'compute:/compute'] },
};

const HEAD = `# Made by \`npm run docs\` of what the services say they read; change tools/commands/docs/compose-page.ts instead.
#
# Imago on one machine with Docker: \`docker compose up --build\`, then http://localhost:9292.
# POSTGRES_PASSWORD, RABBITMQ_PASSWORD and S3_SECRET_KEY have to be set, in the environment or in a file \`.env\`.
# With traces: \`OTEL_EXPORTER_OTLP_ENDPOINT=http://jaeger:4318 docker compose --profile traces up\`, http://localhost:16686.
#
# Not run so far: the machines this was written on have no Docker engine. Tests hold it against the services and their
# settings, and run the preparing program.
`;

const IMAGE = { image: 'imago', build: { context: '.', dockerfile: 'deploy/Dockerfile' } };

/** The Compose file of the whole system. */
export function composePage(settings: ReadonlyMap<Service, readonly Setting[]>): string {
  const services = SERVICES.map((name) => [name, serviceOf(name, settings.get(name) ?? [])] as const);
  const file = {
    services: { ...SERVERS, jaeger: JAEGER, prepare: PREPARE, ...Object.fromEntries(services) },
    volumes: { postgres: {}, rabbitmq: {}, objects: {}, compute: {}, installation: {} },
  };
  return HEAD + stringify(file, { lineWidth: 0, aliasDuplicateObjects: false });
}

function serviceOf(name: Service, settings: readonly Setting[]): object {
  return {
    ...IMAGE,
    restart: 'unless-stopped',
    volumes: [`installation:${INSTALLATION}:ro`],
    depends_on: { prepare: { condition: 'service_completed_successfully' } },
    command: ['node', `apps/${name}/dist/main.js`],
    environment: Object.fromEntries(settings.flatMap((setting) => variableOf(name, setting) ?? [])),
    ...PARTICULARS[name],
  };
}

/**
 * The variable that gives a service one of its settings; null where its default is right.
 * @throws Error for a setting that is needed and of which nothing is said here.
 */
function variableOf(service: Service, { name, required }: Setting): readonly [readonly [string, string]] | null {
  const own = name === 'DATABASE_URL' ? `${INSTALLATION}/${service}_database_url` : OF_ONE[service]?.[name];
  const value = own ?? EVERYWHERE[name];
  if (value !== undefined) {
    const isInFile = value.startsWith(INSTALLATION) && !name.endsWith('_FILE');
    return [[isInFile ? `${name}_FILE` : name, value]];
  }
  if (required) throw new Error(`Say in tools/commands/docs/compose-page.ts what ${name} of ${service} is.`);
  return null;
}

/** The servers Imago needs. A larger installation has an object store of its own: set S3_ENDPOINT of \`prepare\`. */
const SERVERS = {
  postgres: {
    image: 'postgres:18',
    environment: { POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:?}' },
    volumes: ['postgres:/var/lib/postgresql'],
    healthcheck: { test: ['CMD', 'pg_isready', '-U', 'postgres'], interval: '2s', retries: 60 },
  },
  rabbitmq: {
    image: 'rabbitmq:4-management',
    hostname: 'rabbitmq', // its data carry this name
    environment: { RABBITMQ_DEFAULT_USER: 'imago', RABBITMQ_DEFAULT_PASS: '${RABBITMQ_PASSWORD:?}' },
    volumes: ['rabbitmq:/var/lib/rabbitmq'],
    healthcheck: {
      test: ['CMD', 'rabbitmq-diagnostics', '-q', 'check_port_connectivity'],
      interval: '5s',
      retries: 30,
    },
  },
  s3: {
    ...IMAGE,
    restart: 'unless-stopped',
    command: ['node', 'tools/infra/dist/s3/main.js'],
    environment: {
      S3_DIRECTORY: '/objects',
      S3_HOST: '0.0.0.0',
      S3_PORT: '9000',
      S3_ADMIN_ACCESS_KEY: 'imago-admin',
      S3_ADMIN_SECRET_KEY: '${S3_SECRET_KEY:?}',
    },
    volumes: ['objects:/objects'],
    ports: ['9000:9000'],
    healthcheck: {
      test: ['CMD', 'node', '-e', "require('net').connect(9000).on('connect', () => process.exit(0))"],
      interval: '2s',
      retries: 60,
    },
  },
};

/** Takes traces, keeps them in memory and shows them. It runs only where it is asked for. */
const JAEGER = {
  image: 'jaegertracing/jaeger:2.0.0',
  profiles: ['traces'],
  command: ['--set', 'receivers.otlp.protocols.http.endpoint=0.0.0.0:4318'],
  ports: ['16686:16686'],
};

/** Makes up secrets and users once, then buckets, roles, schemas and queues. Every start runs it again. */
const PREPARE = {
  ...IMAGE,
  command: ['node', 'tools/system/dist/prepare.main.js'],
  environment: {
    INSTALLATION_DIRECTORY: INSTALLATION,
    POSTGRES_ADMIN_URL: 'postgresql://postgres:${POSTGRES_PASSWORD:?}@postgres:5432/postgres',
    AMQP_URL: EVERYWHERE['AMQP_URL'],
    S3_ENDPOINT: 'http://s3:9000',
    // What tenants are outside of: the port that `s3` opens on this machine.
    S3_PUBLIC_ENDPOINT: '${S3_PUBLIC_ENDPOINT:-http://localhost:9000}',
    S3_ACCESS_KEY: 'imago-admin',
    S3_SECRET_KEY: '${S3_SECRET_KEY:?}',
    S3_EMBEDDED: 'true',
  },
  volumes: [`installation:${INSTALLATION}`],
  depends_on: {
    postgres: { condition: 'service_healthy' },
    rabbitmq: { condition: 'service_healthy' },
    s3: { condition: 'service_healthy' },
  },
};
