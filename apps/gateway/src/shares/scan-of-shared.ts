import { DomainError, GetImageScan, type ImageInRegion, type ImageScan } from '@imago/contracts';
import type { RequestContext } from '@imago/identity';
import { RequestClient } from '@imago/messaging';
import { Injectable } from '@nestjs/common';

/** What whoever shares an image should know of what is in it. */
export type ScanWarning = Pick<
  ImageScan,
  'status' | 'seen' | 'malware' | 'malware_count' | 'secrets' | 'secret_count' | 'scanned_at'
>;

/** Tells those who share an image what was found in it. It warns them, and keeps nobody from sharing. */
@Injectable()
export class ScanOfShared {
  constructor(private readonly requests: RequestClient) {}

  /** Null: the image was never scanned, or nobody could say. */
  async of(image: ImageInRegion, context: RequestContext): Promise<ScanWarning | null> {
    try {
      const { scan } = await this.requests.send(GetImageScan, image, { context });
      const { status, seen, malware, malware_count, secrets, secret_count, scanned_at } = scan;
      return { status, seen, malware, malware_count, secrets, secret_count, scanned_at };
    } catch (error) {
      if (error instanceof DomainError) return null;
      throw error;
    }
  }
}
