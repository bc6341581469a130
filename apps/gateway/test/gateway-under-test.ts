import { randomBytes, scryptSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { type IncomingMessage, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EmbeddedIdentityProvider,
  type EmbeddedIdentityOptions,
  loadUsers,
  serviceContext,
  signContext,
} from '@imago/identity';
import { connectMessaging, MessagingModule } from '@imago/messaging';
import { suiteDatabase, suiteTopology } from '@imago/messaging/testing';
import { type ObjectStore, S3ObjectStore } from '@imago/object-store';
import { databaseUrls, PersistenceModule, type PersistentService } from '@imago/persistence';
import { PASSWORD } from '@imago/persistence/testing';
import {
  FaultFilter,
  loadConfig,
  renderProblem,
  rootLogger,
  type RunningService,
  schemaPipe,
  startService,
} from '@imago/service';
import { FaultyProxy, testEnvironment } from '@imago/testing';
import type { INestApplication, Type } from '@nestjs/common';
import type { Application } from 'express';
import { Test } from '@nestjs/testing';
import { Registry } from 'prom-client';
import { gatewayConfig } from '../src/config.ts';
import { gatewayService } from '../src/gateway-service.ts';
import { AccountBook, AccountNeighbour, LogNeighbour } from './account-neighbours.ts';
import { CaptureBook, CaptureNeighbour } from './capture-neighbour.ts';
import { ComputeNeighbour, ServerBook } from './compute-neighbour.ts';
import { DescribingNeighbour, ExportBook, ExportNeighbour } from './export-neighbour.ts';
import { ActivityNeighbour, CatalogNeighbour, ImportNeighbour, QuotaNeighbour, World } from './neighbours.ts';
import { ObjectStoresNeighbour } from './object-stores-neighbour.ts';
import { ScanNeighbour } from './scan-neighbour.ts';
import { ResumableUploadBook, ResumableUploadNeighbour } from './resumable-upload-neighbour.ts';
import { WebhookBook, WebhookNeighbour } from './webhook-neighbour.ts';
import { ReadinessNeighbour } from './readiness-neighbour.ts';
import { UploadBook, UploadCatalogNeighbour, UploadNeighbour } from './upload-neighbours.ts';

const DEAF = {
  ...{
    gateway: [],
    catalog: [],
    import: [],
    capture: [],
    export: [],
    sharing: [],
    quota: [],
    compute: [],
    activity: [],
  },
} as const;

export type Person = 'alice' | 'bob' | 'reader' | 'operator';
const PEOPLE: Readonly<Record<Person, { readonly project: string; readonly role: string }>> = {
  alice: { project: 'p-a', role: 'member' },
  reader: { project: 'p-a', role: 'reader' },
  bob: { project: 'p-b', role: 'member' },
  operator: { project: 'p-op', role: 'admin' },
};

/** A gateway with its neighbours behind a real broker, and a real store. */
export interface GatewayUnderTest {
  readonly base: string;
  readonly server: Server;
  readonly world: World;
  readonly uploads: UploadBook;
  readonly servers: ServerBook;
  readonly captures: CaptureBook;
  readonly exports: ExportBook;
  readonly accounts: AccountBook;
  readonly webhooks: WebhookBook;
  readonly resumableUploads: ResumableUploadBook;
  /** The bucket of the images of both regions. */
  readonly store: ObjectStore;
  /** The gateway's own way to that store. */
  readonly wayToStore: FaultyProxy;
  /** Method and pattern of everything that is served, as `GET /v1/jobs/:job_id`. */
  readonly routes: readonly string[];
  readonly logLines: readonly string[];
  /** The body that logs somebody in. */
  login(person: Person): object;
  tokenOf(person: Person): Promise<string>;
  /** A token made with other options than the gateway's. */
  tokenMade(person: Person, options: Partial<EmbeddedIdentityOptions>): Promise<string>;
  /** A context as services show it to each other, signed with the key of the gateway's tokens. */
  signedContext(): string;
  /** Asks as somebody, or as nobody. */
  ask(path: string, as?: Person | null, init?: RequestInit): Promise<Response>;
  /** Asks with the path exactly as given: `fetch` would resolve dots. */
  askRaw(method: string, path: string, as: Person): Promise<{ readonly status: number }>;
  close(): Promise<void>;
}

export async function startGateway(settings: Readonly<Record<string, string>> = {}): Promise<GatewayUnderTest> {
  const env = await testEnvironment({
    postgres: true,
    rabbitmq: true,
    s3: true,
    vhost: suiteTopology,
    provision: suiteDatabase(),
  });
  const directory = await mkdtemp(join(tmpdir(), 'imago-gateway-'));
  const contextKey = randomBytes(32).toString('hex');
  const neighbourhood = {
    postgres: env.postgres,
    amqpUrl: env.rabbitmq.amqpUrl,
    contextKey,
    world: new World(),
    uploads: new UploadBook(),
    servers: new ServerBook(),
    captures: new CaptureBook(),
    exports: new ExportBook(contextKey),
    accounts: new AccountBook(),
    webhooks: new WebhookBook(),
    resumableUploads: new ResumableUploadBook(),
  };
  const neighbours = await Promise.all([
    startNeighbour(
      'catalog',
      [CatalogNeighbour, ReadinessNeighbour, UploadCatalogNeighbour, DescribingNeighbour],
      neighbourhood,
    ),
    startNeighbour(
      'import',
      [ImportNeighbour, ScanNeighbour, ObjectStoresNeighbour, UploadNeighbour, ResumableUploadNeighbour],
      neighbourhood,
    ),
    startNeighbour('capture', [CaptureNeighbour], neighbourhood),
    startNeighbour('export', [ExportNeighbour], neighbourhood),
    startNeighbour('quota', [QuotaNeighbour, AccountNeighbour], neighbourhood),
    startNeighbour('compute', [ComputeNeighbour], neighbourhood),
    startNeighbour('activity', [ActivityNeighbour, LogNeighbour, WebhookNeighbour], neighbourhood),
  ]);
  const logLines: string[] = [];
  const wayToStore = await FaultyProxy.to(env.s3.endpoint);
  const files = await writeFiles(directory, { ...env.s3, endpoint: wayToStore.endpoint });
  const tokenKey = randomBytes(32).toString('hex');
  const config = loadConfig(gatewayConfig, {
    AMQP_URL: env.rabbitmq.amqpUrl,
    IMAGO_CONTEXT_KEY: contextKey,
    IMAGO_TOKEN_KEY: tokenKey,
    ...files,
    ...settings,
  });
  const logger = rootLogger('gateway', 'info', { write: (line: string) => void logLines.push(line) });
  const running = await startService(gatewayService(config), logger);
  const base = `http://127.0.0.1:${running.port}`;
  const tokens = new Map<Person, string>();
  const store = new S3ObjectStore(env.s3);
  neighbourhood.uploads.store = store;
  return {
    base,
    server: running.app.getHttpServer(),
    world: neighbourhood.world,
    uploads: neighbourhood.uploads,
    servers: neighbourhood.servers,
    captures: neighbourhood.captures,
    exports: neighbourhood.exports,
    accounts: neighbourhood.accounts,
    webhooks: neighbourhood.webhooks,
    resumableUploads: neighbourhood.resumableUploads,
    store,
    wayToStore,
    routes: routesOf(running),
    logLines,
    login,
    tokenOf: (person) => tokenOf(person, base, tokens),
    tokenMade: async (person, options) => {
      const users = loadUsers(files.IMAGO_USERS_FILE);
      const issuer = new EmbeddedIdentityProvider({ users, token_key: tokenKey, token_ttl: 3600, ...options });
      const user = { id: `u-${person}` };
      const { token } = await issuer.issue({ method: 'password', user, password: passwordOf(person), project: null });
      return token;
    },
    signedContext: () => signContext(serviceContext('import', 'p-a', 'c-1'), tokenKey, 60),
    ask: async (path, as = null, init = {}) => {
      const headers = new Headers(init.headers);
      if (as !== null) headers.set('X-Auth-Token', await tokenOf(as, base, tokens));
      return fetch(base + path, { ...init, headers, redirect: 'manual' });
    },
    askRaw: async (method, path, as) => {
      const headers = { 'x-auth-token': await tokenOf(as, base, tokens) };
      const sent = request({ host: '127.0.0.1', port: running.port, method, path, headers }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      response.resume();
      return { status: response.statusCode ?? 0 };
    },
    close: () =>
      closeAll(running, neighbours, () =>
        Promise.all([rm(directory, { recursive: true }), wayToStore.close(), env.close()]),
      ),
  };
}

function passwordOf(person: string): string {
  return `password of ${person}`;
}

/** At the least cost a users file may have: these tests log in often, and guess no password. */
function cheapHash(password: string): string {
  const salt = randomBytes(12);
  const hash = scryptSync(password, salt, 32, { N: 2 ** 10, r: 8, p: 1 });
  return `$scrypt$ln=10,r=8,p=1$${salt.toString('base64')}$${hash.toString('base64').replace('=', '')}`;
}

/** Read from Express itself, so that nothing is forgotten. */
function routesOf({ app }: RunningService): string[] {
  const { router } = app.getHttpAdapter().getInstance() as Application;
  return router.stack.flatMap(({ route }) => {
    if (route === undefined) return [];
    const methods = new Set(route.stack.map((layer) => layer.method.toUpperCase()));
    return [...methods].map((method) => `${method} ${route.path}`);
  });
}

function login(person: Person): object {
  const user = { name: person, domain: { name: 'Default' }, password: passwordOf(person) };
  const project = { name: `project ${PEOPLE[person].project}`, domain: { id: 'default' } };
  return { auth: { identity: { methods: ['password'], password: { user } }, scope: { project } } };
}

async function tokenOf(person: Person, base: string, known: Map<Person, string>): Promise<string> {
  const token = known.get(person);
  if (token !== undefined) return token;
  const response = await fetch(`${base}/v3/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(login(person)),
  });
  const issued = response.headers.get('x-subject-token');
  if (issued === null) throw new Error(`${person} cannot log in: ${await response.text()}`);
  known.set(person, issued);
  return issued;
}

async function writeFiles(
  directory: string,
  { endpoint, region, bucket, access_key, secret_key }: Awaited<ReturnType<typeof testEnvironment>>['s3'],
): Promise<{ readonly IMAGO_REGIONS_FILE: string; readonly IMAGO_USERS_FILE: string }> {
  const s3 = { endpoint, region, bucket, access_key, secret_key };
  const regions = [
    { name: 'region-1', default: true, s3 },
    { name: 'region-2', s3 },
  ];
  const users = Object.entries(PEOPLE).map(([name, { project, role }]) => ({
    id: `u-${name}`,
    name,
    password_scrypt: cheapHash(passwordOf(name)),
    project: { id: project, name: `project ${project}` },
    roles: [role],
    domain: 'Default',
  }));
  const regionsFile = join(directory, 'regions.json');
  const usersFile = join(directory, 'users.json');
  await writeFile(regionsFile, JSON.stringify(regions));
  await writeFile(usersFile, JSON.stringify(users));
  return { IMAGO_REGIONS_FILE: regionsFile, IMAGO_USERS_FILE: usersFile };
}

interface Neighbourhood {
  readonly postgres: { readonly adminUrl: string; readonly database: string };
  readonly amqpUrl: string;
  readonly contextKey: string;
  readonly world: World;
  readonly uploads: UploadBook;
  readonly servers: ServerBook;
  readonly captures: CaptureBook;
  readonly exports: ExportBook;
  readonly accounts: AccountBook;
  readonly webhooks: WebhookBook;
  readonly resumableUploads: ResumableUploadBook;
}

async function startNeighbour(
  service: PersistentService,
  controllers: Type[],
  { postgres, amqpUrl, contextKey, ...books }: Neighbourhood,
): Promise<INestApplication> {
  const urls = databaseUrls(postgres.adminUrl, postgres.database, service, PASSWORD);
  const module = await Test.createTestingModule({
    imports: [
      PersistenceModule.forRoot({ service, url: urls.run }),
      MessagingModule.forRoot({ service, amqpUrl, contextKey, registry: new Registry(), subscriptions: DEAF }),
    ],
    controllers,
    providers: [
      { provide: World, useValue: books.world },
      { provide: UploadBook, useValue: books.uploads },
      { provide: ServerBook, useValue: books.servers },
      { provide: CaptureBook, useValue: books.captures },
      { provide: ExportBook, useValue: books.exports },
      { provide: AccountBook, useValue: books.accounts },
      { provide: WebhookBook, useValue: books.webhooks },
      { provide: ResumableUploadBook, useValue: books.resumableUploads },
    ],
  }).compile();
  const app = module.createNestApplication({ logger: ['error', 'warn'] });
  app.useGlobalPipes(schemaPipe()).useGlobalFilters(new FaultFilter(renderProblem)); // as in every service
  await app.init();
  await connectMessaging(app);
  return app;
}

async function closeAll(
  running: RunningService,
  neighbours: readonly INestApplication[],
  last: () => Promise<unknown>,
): Promise<void> {
  await running.stop();
  for (const neighbour of neighbours) await neighbour.close();
  await last();
}
