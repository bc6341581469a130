import type { ExportDiskFormat, JobOnBoard } from '@imago/contracts';
import { eventually } from '@imago/testing';
import { expect } from 'vitest';
import type { SystemUnderTest } from './system-under-test.ts';
import type { Answer, Problem, Tenant } from './tenant.ts';

export const EXPORT_FORMATS = ['qcow2', 'raw', 'vhd', 'vhdx', 'vmdk'] as const satisfies ExportDiskFormat[];

export interface ExportFields {
  readonly disk_format: ExportDiskFormat;
  /** In the tenant's own bucket. */
  readonly object: string;
  readonly overwrite?: boolean;
}

/** What a tenant does with exports and links, over HTTP. */
export class Exports {
  constructor(private readonly tenant: Tenant) {}

  request(imageId: string, { object, ...fields }: ExportFields): Promise<Answer<JobOnBoard & Problem>> {
    const destination = { bucket: this.tenant.bucket.name, object };
    return this.tenant.ask('POST', '/v1/exports', { image_id: imageId, destination, ...fields });
  }

  /** The job of an export that must succeed. */
  async export(imageId: string, fields: ExportFields): Promise<JobOnBoard> {
    const { status, body } = await this.request(imageId, fields);
    if (status !== 202) throw new Error(`export: ${status} ${JSON.stringify(body)}`);
    const job = await this.tenant.ended(body.id);
    if (job.state !== 'succeeded') throw new Error(`the export ${job.state}: ${JSON.stringify(job.error)}`);
    return job;
  }

  /** Resolves when nothing is left in any bucket that exports have yet to take away. */
  async becomesClear({ db }: SystemUnderTest): Promise<void> {
    await eventually(async () => {
      expect((await db.query('SELECT job_id FROM export.destinations WHERE ended_at IS NOT NULL')).rows).toEqual([]);
    });
  }

  /** The address of an image for whoever has it. */
  async link(imageId: string, disk_format: ExportDiskFormat): Promise<string> {
    const path = `/v1/images/${imageId}/download-links`;
    const { status, body } = await this.tenant.ask<{ url: string }>('POST', path, { disk_format });
    if (status !== 201) throw new Error(`link: ${status} ${JSON.stringify(body)}`);
    return body.url;
  }
}
