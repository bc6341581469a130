import type { ImageScan, ShareRecord, UsageLine } from '@imago/contracts';
import { smallQcow2 } from './source-disks.ts';
import type { SystemUnderTest } from './system-under-test.ts';
import type { Answer, ImageDocument, Tenant } from './tenant.ts';

export interface ShareResults {
  /** What was found in the image; null: it was never scanned. */
  readonly scan: Pick<ImageScan, 'status' | 'secret_count' | 'secrets'> | null;
  readonly results: readonly { readonly share: ShareRecord | null; readonly error: { readonly code: string } | null }[];
}

/** What a tenant does with shares, over HTTP. */
export class Sharing {
  constructor(
    private readonly tenant: Tenant,
    private readonly sut: SystemUnderTest,
  ) {}

  /** A small disk, uploaded: the shortest way to an active image. */
  async activeImage(name: string): Promise<string> {
    return this.imageOf(name, 'qcow2', await smallQcow2(this.sut.directory, this.sut.qemuImg));
  }

  /** An active image of a file. */
  async imageOf(name: string, disk_format: 'raw' | 'qcow2', file: Buffer): Promise<string> {
    const formats = { disk_format, container_format: 'bare', min_disk: 1, visibility: 'private' };
    const { body } = await this.tenant.ask<ImageDocument>('POST', '/v2/images', { name, ...formats });
    const headers = { 'content-type': 'application/octet-stream' };
    const init = { method: 'PUT', headers, body: new Uint8Array(file) };
    const { status } = await this.tenant.fetch(`/v2/images/${body.id}/file`, init);
    if (status !== 204) throw new Error(`the file of image ${body.id} was answered with ${status}`);
    return body.id;
  }

  share(imageId: string, projects: readonly string[] | string): Promise<Answer<ShareResults>> {
    return this.tenant.ask('POST', `/v1/images/${imageId}/shares`, { project_ids: projects });
  }

  cancel(imageId: string, projects: readonly string[]): Promise<Answer<ShareResults>> {
    return this.tenant.ask('POST', `/v1/images/${imageId}/shares/cancel`, { project_ids: projects });
  }

  shares(imageId: string): Promise<{ readonly quota: { readonly limit: number; readonly used: number } }> {
    return this.tenant.get(`/v1/images/${imageId}/shares`);
  }

  async inbox(status: string): Promise<readonly ShareRecord[]> {
    return (await this.tenant.get<{ shares: ShareRecord[] }>(`/v1/shares?status=${status}&limit=1000`)).shares;
  }

  tryAnswer(imageId: string, answer: 'accept' | 'reject'): Promise<Answer<ShareRecord>> {
    return this.tenant.ask('POST', `/v1/shares/${imageId}/${answer}`);
  }

  async answer(imageId: string, answer: 'accept' | 'reject'): Promise<void> {
    const { status, body } = await this.tryAnswer(imageId, answer);
    if (status !== 200) throw new Error(`${answer}: ${status} ${JSON.stringify(body)}`);
  }

  /** Ids of the images in the list a client sees first. */
  async listed(): Promise<readonly string[]> {
    return (await this.tenant.images()).map(({ id }) => id);
  }

  async usage(query: string): Promise<readonly UsageLine[]> {
    return (await this.tenant.get<{ usage: UsageLine[] }>(`/v1/usage?${query}`)).usage;
  }
}
