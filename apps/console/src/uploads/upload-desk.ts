import { FileHasher } from './file-hasher.ts';
import { FileUpload } from './file-upload.ts';
import { putPart } from './put-part.ts';
import { RememberedFiles } from './remembered-files.ts';
import type { Upload, UploadDoor } from './upload-door.ts';

/**
 * The file on its way, one for each place images are made in: it goes on while other pages are looked at, and who comes
 * back finds it.
 */
export class UploadDesk {
  readonly files = new RememberedFiles(localStorage);
  readonly #hasher = new FileHasher();
  readonly #uploads = new Map<string, FileUpload>();
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  at(place: string): FileUpload | null {
    return this.#uploads.get(place) ?? null;
  }

  /** Sends a file; with an upload, goes on with that. */
  send(
    place: string,
    file: File,
    { door, upload }: { readonly door: UploadDoor; readonly upload: Upload | null },
  ): void {
    this.clear(place);
    const sending = new FileUpload({
      ...{ file, hasher: this.#hasher, put: putPart, upload },
      onUpload: ({ id }) => {
        this.files.remember(id, file.lastModified);
      },
    });
    this.#uploads.set(place, sending);
    this.#tell();
    void sending.start(door);
  }

  /** Takes it off the desk. What has arrived stays where it is. */
  clear(place: string): void {
    this.#uploads.get(place)?.pause();
    if (this.#uploads.delete(place)) this.#tell();
  }

  /** Whether closing the page would cut something off. */
  get isBusy(): boolean {
    const resting: readonly string[] = ['completed', 'failed', 'paused'];
    return [...this.#uploads.values()].some((upload) => !resting.includes(upload.state().phase));
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const uploadDesk = new UploadDesk();

addEventListener('beforeunload', (event) => {
  // Browsers ask in words of their own, and only whoever has touched the page.
  if (uploadDesk.isBusy) event.preventDefault();
});
