import {
  GetImage,
  type ImageRecord,
  refusal,
  type RequestImageScan as RequestImageScanContract,
  type RequestOf,
} from '@imago/contracts';
import { relationToShown, requireAllowed, type RequestContext } from '@imago/identity';
import { type JobAnswer, type JobRunner, requestKey } from '@imago/jobs';
import { inTransaction, RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { OrderImageScan } from './order-image-scan.ts';
import type { ScanData, ScanInput } from './scan-job.ts';
import { SCAN_RUNNER } from './scan-jobs.ts';

/** The formats of what is stored that can be read as a disk. */
const DISKS: ReadonlySet<string | null> = new Set(['raw', 'qcow2']);

/** Accepts that an image is scanned, or refuses it at once. */
@Injectable()
export class RequestImageScan {
  constructor(
    private readonly db: DataSource,
    private readonly regions: Regions,
    private readonly requests: RequestClient,
    private readonly orders: OrderImageScan,
    @Inject(SCAN_RUNNER) private readonly runner: JobRunner<ScanInput, ScanData>,
  ) {}

  /** @throws Refusal as the contract of `import.requestImageScan` names them; then nothing has changed. */
  async execute(request: RequestOf<typeof RequestImageScanContract>, context: RequestContext): Promise<JobAnswer> {
    const { image_id, region, idempotency_key } = request;
    this.regions.get(region);
    const { image } = await this.requests.send(GetImage, { image_id, region }, { context });
    requireAllowed('image.request_scan', context, relationToShown(image, context));
    if (image.machine_image_id !== null)
      throw refusal('image.part_of_machine', `It is a disk of the full machine ${image.machine_image_id}.`);
    requireDisk(image);
    const { owner, id } = image;
    const answer = await inTransaction(this.db, (tx) =>
      this.orders.record(tx, {
        image_id: id,
        region,
        project_id: owner,
        key: requestKey(idempotency_key, context, owner),
        actor: context.user_id,
        correlation_id: context.correlation_id,
      }),
    );
    this.runner.wake();
    return answer;
  }
}

function requireDisk({ id, status, disk_format }: ImageRecord): void {
  if (status !== 'active' && status !== 'deactivated')
    throw refusal('image.not_active', `Image ${id} is ${status}.`, { status });
  if (!DISKS.has(disk_format))
    throw refusal('server.image_unusable', `Image ${id} is stored as ${disk_format ?? 'nothing'}, which is no disk.`);
}
