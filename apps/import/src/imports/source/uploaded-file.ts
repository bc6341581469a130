import type { ByteSource } from '@imago/disk-image';
import type { PinnedSource, SourceFile } from './source-file.ts';

/** A file that was sent in parts. It is there as long as a job that has not ended names it. */
export class UploadedFile implements SourceFile {
  /** @param requireCompleted refuses an upload that is not whole, or has ended. */
  constructor(
    private readonly file: SourceFile,
    private readonly requireCompleted: () => Promise<void>,
  ) {}

  async pin(signal: AbortSignal): Promise<PinnedSource> {
    await this.requireCompleted();
    return this.file.pin(signal);
  }

  open(pin: PinnedSource, onArrival: () => void): ByteSource {
    return this.file.open(pin, onArrival);
  }
}
