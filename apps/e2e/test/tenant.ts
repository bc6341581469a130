import type { EventEnvelope, JobOnBoard, PreflightReport, ReadinessReport } from '@imago/contracts';
import type { InstallationUser } from '@imago/system';
import { eventually } from '@imago/testing';
import { Bucket } from './bucket.ts';

/** The fields of an image file's import that tests change; see POST /v1/imports. */
export type ImportFields = Readonly<Record<string, unknown>>;

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface ImageDocument {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly size: number | null;
  readonly virtual_size: number | null;
  readonly checksum: string | null;
  readonly os_hash_value: string | null;
  readonly disk_format: string | null;
  readonly owner: string;
  readonly visibility: string;
  readonly protected: boolean;
  /** Of a full machine, as JSON text. */
  readonly data_disks?: string;
}

/** What was found on the disk of an image. */
export interface ImageReadiness extends ReadinessReport {
  readonly image_id: string;
  readonly examined_at: string;
}

export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly remedy: string;
}

/** Milliseconds a job may take in a test; they take seconds, on a busy machine. */
const JOB = { timeout: 60_000 } as const;

/** Somebody with a token and a bucket, doing what tenants do, over HTTP alone. */
export class Tenant {
  readonly user: InstallationUser;
  readonly bucket: Bucket;
  readonly #gateway: () => string;
  #token: string | null = null;

  constructor(
    gateway: () => string,
    user: InstallationUser,
    s3: { readonly endpoint: string; readonly region: string },
  ) {
    this.#gateway = gateway;
    this.user = user;
    this.bucket = new Bucket({ ...s3, ...user.s3 }, user.s3.bucket);
  }

  async token(): Promise<string> {
    if (this.#token !== null) return this.#token;
    const { name, password, project } = this.user;
    const domain = { id: 'default' };
    const response = await fetch(`${this.#gateway()}/v3/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        auth: {
          identity: { methods: ['password'], password: { user: { name, domain, password } } },
          scope: { project: { name: project, domain } },
        },
      }),
    });
    this.#token = response.headers.get('x-subject-token');
    if (this.#token === null) throw new Error(`${name} cannot log in: ${response.status} ${await response.text()}`);
    return this.#token;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('x-auth-token')) headers.set('x-auth-token', await this.token());
    return fetch(this.#gateway() + path, { ...init, headers });
  }

  /** Asks and parses the answer, whatever its status. */
  async ask<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await this.fetch(path, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...json,
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }

  /** Like {@link ask}, for what must succeed. */
  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.ask<T>('GET', path);
    if (status >= 300) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  /** Asks for an import of one of the own bucket's objects. */
  requestImport(
    object: string,
    fields: ImportFields = {},
    headers: Record<string, string> = {},
  ): Promise<Answer<JobOnBoard & Problem>> {
    return this.ask('POST', '/v1/imports', this.#wanted(object, fields), headers);
  }

  /** What the same import would be refused for: the stable codes by the checks that found them. */
  async preflight(object: string, fields: ImportFields = {}): Promise<Readonly<Record<string, string>>> {
    const wanted = this.#wanted(object, fields);
    const { status, body } = await this.ask<PreflightReport>('POST', '/v1/imports/preflight', wanted);
    if (status !== 200) throw new Error(`preflight of ${object}: ${status} ${JSON.stringify(body)}`);
    return Object.fromEntries(body.points.flatMap(({ check, code }) => (code === null ? [] : [[check, code]])));
  }

  #wanted(object: string, fields: ImportFields): ImportFields {
    return {
      source: `s3://${this.bucket.name}/${object}`,
      name: object,
      disk_format: 'qcow2',
      os_distro: 'debian',
      os_version: '12',
      architecture: 'x86_64',
      min_disk: 1,
      enterprise_project_id: 'default',
      agreement_accepted: true,
      ...fields,
    };
  }

  /** The accepted import's job. */
  async import(object: string, fields: ImportFields = {}): Promise<JobOnBoard> {
    const { status, body } = await this.requestImport(object, fields);
    if (status !== 202) throw new Error(`import of ${object}: ${status} ${JSON.stringify(body)}`);
    return body;
  }

  job(id: string): Promise<JobOnBoard> {
    return this.get(`/v1/jobs/${id}`);
  }

  /** The job once it has ended, however it did. */
  ended(id: string): Promise<JobOnBoard> {
    return eventually(async () => {
      const job = await this.job(id);
      if (job.finished_at === null) throw new Error(`the job is still ${job.state} in ${job.phase}`);
      return job;
    }, JOB);
  }

  /** The image of a job once it has the status. */
  imageIn(status: string, id: string): Promise<ImageDocument> {
    return eventually(async () => {
      const image = await this.image(id);
      if (image.status !== status) throw new Error(`the image is ${image.status}, not ${status}`);
      return image;
    }, JOB);
  }

  image(id: string): Promise<ImageDocument> {
    return this.get(`/v2/images/${id}`);
  }

  /** The images of its project, also those that are hidden or that a list leaves out unless it is asked for all. */
  async ownImages(): Promise<readonly ImageDocument[]> {
    const own = `/v2/images?limit=1000&visibility=all&owner=${this.user.project_id}`;
    const lists = await Promise.all(
      [own, `${own}&os_hidden=true`].map((path) => this.get<{ images: ImageDocument[] }>(path)),
    );
    return lists.flatMap(({ images }) => images);
  }

  async images(): Promise<readonly ImageDocument[]> {
    return (await this.get<{ images: ImageDocument[] }>('/v2/images?limit=1000')).images;
  }

  /** What was found on the disk of an image, once it is known. */
  readiness(imageId: string): Promise<ImageReadiness> {
    return eventually(() => this.get<ImageReadiness>(`/v1/images/${imageId}/readiness`), JOB);
  }

  async events(imageId: string): Promise<readonly EventEnvelope[]> {
    return (await this.get<{ events: EventEnvelope[] }>(`/v1/images/${imageId}/events?limit=1000`)).events;
  }

  /** Places of the image quota that are taken. */
  async quotaUsed(): Promise<number> {
    const { quotas } = await this.get<{ quotas: { used: number }[] }>('/v1/quotas');
    return quotas[0]?.used ?? 0;
  }

  async delete(imageId: string): Promise<void> {
    const { status, body } = await this.ask('DELETE', `/v2/images/${imageId}`);
    if (status !== 204) throw new Error(`delete: ${status} ${JSON.stringify(body)}`);
  }

  /** Changes what an image says of itself. */
  async patch(imageId: string, operations: readonly object[]): Promise<void> {
    const headers = { 'content-type': 'application/openstack-images-v2.1-json-patch' };
    const response = await this.fetch(`/v2/images/${imageId}`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify(operations),
    });
    if (response.status !== 200) throw new Error(`patch: ${response.status} ${await response.text()}`);
  }

  async unprotect(imageId: string): Promise<void> {
    await this.patch(imageId, [{ op: 'replace', path: '/protected', value: false }]);
  }

  async download(imageId: string): Promise<Buffer> {
    const response = await this.fetch(`/v2/images/${imageId}/file`);
    if (response.status !== 200) throw new Error(`download: ${response.status} ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** As operator: lets a tenant import from its bucket. */
  async assignBucket(tenant: Tenant): Promise<void> {
    const { user } = tenant;
    const path = `/v1/operator/projects/${user.project_id}/buckets/${user.s3.bucket}`;
    const { status, body } = await this.ask('PUT', path);
    if (status >= 300) throw new Error(`assign ${user.s3.bucket}: ${status} ${JSON.stringify(body)}`);
  }
}
