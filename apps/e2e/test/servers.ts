import { join } from 'node:path';
import type { JobOnBoard, ServerRecord } from '@imago/contracts';
import { provideDemoImage } from '@imago/demo-image';
import { PACKAGE_CACHE } from '@imago/infra';
import { eventually } from '@imago/testing';
import type { SystemUnderTest } from './system-under-test.ts';
import type { Answer, ImportFields, Problem, Tenant } from './tenant.ts';

/** Milliseconds a guest may take to boot. Its processor is emulated, on a machine that other suites share. */
const BOOT_TIME = 180_000;

export type Ordered = JobOnBoard & Problem & { readonly server: ServerRecord; readonly servers: ServerRecord[] };

/** The demo image, imported by a tenant: a Linux that boots in seconds and counts its boots on its console. */
export async function importDemoImage(
  sut: SystemUnderTest,
  tenant: Tenant,
  name = 'demo',
  fields: ImportFields = {},
): Promise<string> {
  const cache = { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(300_000), report: () => undefined };
  const directory = join(PACKAGE_CACHE, '../demo-image');
  const disk = await provideDemoImage({ directory, qemuImg: sut.qemuImg, cache });
  await tenant.bucket.putFile(name, disk);
  const job = await tenant.import(name, { os_distro: 'imago-demo', os_version: '1', ...fields });
  await tenant.ended(job.id);
  return (await tenant.imageIn('active', job.image_id ?? '')).id;
}

/** What a tenant does with servers, over HTTP. */
export class Servers {
  constructor(private readonly tenant: Tenant) {}

  /** Asks for servers of the smallest flavor, and answers what is answered. */
  request(fields: object, headers: Record<string, string> = {}): Promise<Answer<Ordered>> {
    return this.tenant.ask('POST', '/v1/servers', { name: 'web', flavor: 'tiny', ...fields }, headers);
  }

  /** The servers of an order, running. */
  async create(fields: object): Promise<readonly ServerRecord[]> {
    const { status, body } = await this.request(fields);
    if (status !== 202) throw new Error(`servers: ${status} ${JSON.stringify(body)}`);
    await this.succeeded(body);
    return Promise.all(body.servers.map(({ id }) => this.show(id)));
  }

  /** The job of an order, which must succeed. */
  async succeeded({ id }: { readonly id: string }): Promise<JobOnBoard> {
    const job = await this.tenant.ended(id);
    if (job.state !== 'succeeded') throw new Error(`the job ${job.state}: ${JSON.stringify(job.error)}`);
    return job;
  }

  show(id: string): Promise<ServerRecord> {
    return this.tenant.get(`/v1/servers/${id}`);
  }

  async list(): Promise<readonly ServerRecord[]> {
    return (await this.tenant.get<{ servers: ServerRecord[] }>('/v1/servers?limit=1000')).servers;
  }

  /** Orders something for a server: start, stop, reboot, change-os. */
  order(id: string, action: string, body?: object): Promise<Answer<Ordered>> {
    return this.tenant.ask('POST', `/v1/servers/${id}/${action}`, body);
  }

  /** The server after an order that must succeed. */
  async do(id: string, action: string, body?: object): Promise<ServerRecord> {
    const answer = await this.order(id, action, body);
    if (answer.status !== 202) throw new Error(`${action}: ${answer.status} ${JSON.stringify(answer.body)}`);
    await this.succeeded(answer.body);
    return this.show(id);
  }

  async delete(id: string): Promise<void> {
    const { status, body } = await this.tenant.ask<Ordered>('DELETE', `/v1/servers/${id}`);
    if (status !== 202) throw new Error(`delete: ${status} ${JSON.stringify(body)}`);
    await this.succeeded(body);
  }

  async console(id: string): Promise<string> {
    return (await this.tenant.get<{ output: string }>(`/v1/servers/${id}/console?length=100000`)).output;
  }

  /** The console once its guest has written a text, which it may do only while it runs. */
  said(id: string, text: string | RegExp): Promise<string> {
    return eventually(
      async () => {
        const output = await this.console(id);
        if (typeof text === 'string' ? !output.includes(text) : !text.test(output)) {
          throw new Error(`the console has no ${String(text)} but ends with:\n${output.slice(-2000)}`);
        }
        return output;
      },
      { timeout: BOOT_TIME },
    );
  }

  /** The server once it has a status and nothing is being done with it. */
  becomes(id: string, status: ServerRecord['status']): Promise<ServerRecord> {
    return eventually(async () => {
      const server = await this.show(id);
      if (server.status !== status || server.task !== null) {
        throw new Error(`the server is ${server.status} with task ${String(server.task)}, not ${status}`);
      }
      return server;
    });
  }
}
