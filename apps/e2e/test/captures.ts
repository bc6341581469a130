import type { GeneralizationReport, JobOnBoard } from '@imago/contracts';
import { eventually } from '@imago/testing';
import type { Answer, ImageDocument, Problem, Tenant } from './tenant.ts';

export type CaptureSource =
  | { readonly type: 'system_disk' | 'full_machine' }
  | { readonly type: 'data_disk'; readonly disk_id: string };

/** What else is wished of a capture. */
export interface CaptureWishes {
  readonly generalize?: boolean;
}

/** What a tenant does with captures, over HTTP. */
export class Captures {
  constructor(private readonly tenant: Tenant) {}

  /** Asks for an image of a server's disk, the system disk unless another is named. */
  request(
    serverId: string,
    name: string,
    source: CaptureSource = { type: 'system_disk' },
    wishes: CaptureWishes = {},
  ): Promise<Answer<JobOnBoard & Problem>> {
    return this.tenant.ask('POST', '/v1/captures', { server_id: serverId, source, name, ...wishes });
  }

  /** The image of a capture that must succeed, active. */
  async capture(...asked: Parameters<Captures['request']>): Promise<ImageDocument> {
    const { status, body } = await this.request(...asked);
    if (status !== 202) throw new Error(`capture: ${status} ${JSON.stringify(body)}`);
    const job = await this.tenant.ended(body.id);
    if (job.state !== 'succeeded') throw new Error(`the capture ${job.state}: ${JSON.stringify(job.error)}`);
    return this.tenant.imageIn('active', job.image_id ?? '');
  }

  /** Stores a layered image whole; it must succeed. */
  async flatten(imageId: string): Promise<void> {
    const { status, body } = await this.tenant.ask<JobOnBoard>('POST', `/v1/images/${imageId}/flatten`);
    if (status !== 202) throw new Error(`flatten: ${status} ${JSON.stringify(body)}`);
    const job = await this.tenant.ended(body.id);
    if (job.state !== 'succeeded') throw new Error(`the flattening ${job.state}: ${JSON.stringify(job.error)}`);
  }

  /** What was changed in an image, once it was. */
  generalization(imageId: string): Promise<GeneralizationReport> {
    return eventually(() => this.tenant.get<GeneralizationReport>(`/v1/images/${imageId}/generalization`));
  }

  lineage(imageId: string): Promise<Lineage> {
    return this.tenant.get(`/v1/images/${imageId}/lineage`);
  }
}

export interface Lineage {
  readonly layers: number;
  readonly origin: { readonly server_id: string; readonly image_id: string | null } | null;
  readonly ancestors: readonly { readonly image_id: string; readonly status: string | null }[];
}
