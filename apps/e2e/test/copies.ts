import type { JobOnBoard } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { OTHER_REGION } from './system-under-test.ts';
import type { Answer, ImageDocument, Problem, Tenant } from './tenant.ts';

export interface CopyFields {
  readonly name: string;
  readonly destination_region?: string;
}

/** What a tenant does with copies, over HTTP. */
export class Copies {
  constructor(private readonly tenant: Tenant) {}

  request(imageId: string, fields: CopyFields): Promise<Answer<JobOnBoard & Problem>> {
    return this.tenant.ask('POST', '/v1/copies', { image_id: imageId, ...fields });
  }

  /** The job of a copy, where its answer says it is, once it has ended. */
  ended({ headers }: Answer<JobOnBoard & Problem>): Promise<JobOnBoard> {
    return eventually(async () => {
      const job = await this.tenant.get<JobOnBoard>(headers.get('location') ?? '');
      if (job.finished_at === null) throw new Error(`the copy is still ${job.state} in ${job.phase}`);
      return job;
    });
  }

  /** The image of a copy that must succeed, active. */
  async copy(imageId: string, fields: CopyFields): Promise<ImageDocument> {
    const accepted = await this.request(imageId, fields);
    if (accepted.status !== 202) throw new Error(`copy: ${accepted.status} ${JSON.stringify(accepted.body)}`);
    const job = await this.ended(accepted);
    if (job.state !== 'succeeded') throw new Error(`the copy ${job.state}: ${JSON.stringify(job.error)}`);
    return eventually(async () => {
      const image = await this.tenant.get<ImageDocument>(`/regions/${job.region}/v2/images/${job.image_id ?? ''}`);
      if (image.status !== 'active') throw new Error(`the copy is ${image.status}`);
      return image;
    });
  }

  /** What a client sees of the other region. */
  async listedThere(): Promise<readonly ImageDocument[]> {
    return (await this.tenant.get<{ images: ImageDocument[] }>(`/regions/${OTHER_REGION}/v2/images`)).images;
  }

  async downloadThere(imageId: string): Promise<Buffer> {
    const response = await this.tenant.fetch(`/regions/${OTHER_REGION}/v2/images/${imageId}/file`);
    if (response.status !== 200) throw new Error(`download: ${response.status} ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  async delete({ id }: ImageDocument, region: string): Promise<void> {
    const { status } = await this.tenant.ask('DELETE', `/regions/${region}/v2/images/${id}`);
    if (status !== 204) throw new Error(`delete: ${status}`);
  }
}
