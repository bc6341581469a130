import { DescribeLayers, type ImageScan } from '@imago/contracts';
import { serviceContext } from '@imago/identity';
import { openImageDisk } from '@imago/image-transfer';
import { imageOf } from '@imago/jobs';
import { RequestClient } from '@imago/messaging';
import { Regions } from '@imago/object-store';
import { Injectable } from '@nestjs/common';
import { imageScanned } from './scan-events.ts';
import { type DiskOfImage, ScanImage } from './scan-image.ts';
import type { ScanJob, ScanPhase } from './scan-job.ts';
import { unscanned } from './scan-words.ts';

/** Milliseconds between two signs of life: a scanner that reads its signatures is silent for longer than a job may be. */
const SIGN_OF_LIFE = 1_000;

/** What scans work with. */
@Injectable()
export class ScanTools {
  constructor(
    readonly regions: Regions,
    readonly requests: RequestClient,
    readonly scanner: ScanImage,
  ) {}
}

/**
 * Scans the disks of an image as they are stored. The last attempt, which may follow workers that died of these disks, does
 * not look at them.
 * @param attempts how many there may be
 */
export function scanPhase(tools: ScanTools, attempts: number): ScanPhase {
  return async ({ job, signal, progress }) => {
    if (job.attempt > 1 && job.attempt >= attempts) return { succeeded: imageScanned(notScannedAgain()) };
    let bytes_done = 0n;
    const moved = (bytes: number): void => {
      bytes_done += BigInt(bytes);
      progress({ bytes_done });
    };
    const life = setInterval(() => {
      moved(0);
    }, SIGN_OF_LIFE);
    try {
      const scan = await tools.scanner.scan(await disksOf(job, tools), { signal, moved });
      return { succeeded: imageScanned(scan) };
    } finally {
      clearInterval(life);
    }
  };
}

/** The disks of the image in their order: its own, then the data disks of a full machine. */
async function disksOf(job: ScanJob, { regions, requests }: ScanTools): Promise<readonly DiskOfImage[]> {
  const { region } = job;
  const { store } = regions.get(region);
  const context = serviceContext('import', job.project_id, job.correlation_id);
  const describe = (image_id: string): Promise<(typeof DescribeLayers)['response']['_output']> =>
    requests.send(DescribeLayers, { image_id, region }, { context });
  const { image, object } = await describe(imageOf(job));
  const disks: DiskOfImage[] = [{ prefix: '', open: (signal) => openImageDisk(store, object, signal) }];
  for (const { image_id, position } of image.data_disks) {
    const { object: own } = await describe(image_id);
    disks.push({ prefix: `data disk ${position}, `, open: (signal) => openImageDisk(store, own, signal) });
  }
  return disks;
}

function notScannedAgain(): ImageScan {
  const ended = { engine: null, seconds: 0, scanned_at: new Date().toISOString() };
  return unscanned('scanner_failed', 'The image could not be scanned, time after time.', ended);
}
