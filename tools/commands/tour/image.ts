import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Session } from '@imago/system/session';
import { expectThat } from './surprise.ts';

/** Milliseconds between two looks at an image, and how many there are. */
const LOOK = 100;
const LOOKS = 100;

/** An image as the image API shows it; the fields the tour looks at. */
export interface TourImage {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly visibility: string;
  readonly disk_format: string | null;
  readonly size: number | null;
  readonly virtual_size: number | null;
  readonly checksum: string | null;
}

export async function listImages(session: Session, query = ''): Promise<readonly TourImage[]> {
  return (await session.need<{ images: TourImage[] }>('GET', `/v2/images?limit=100${query}`)).images;
}

/** The image of a job that has succeeded; it becomes active a moment after that. */
export async function activeImage(session: Session, id: string, prefix = ''): Promise<TourImage> {
  for (let looks = 0; ; looks += 1) {
    const image = await session.need<TourImage>('GET', `${prefix}/v2/images/${id}`);
    if (image.status === 'active') return image;
    expectThat(looks < LOOKS, `the image is ${image.status}`);
    await delay(LOOK);
  }
}

/** Downloads an image's bytes and answers their md5. */
export async function download(session: Session, image: TourImage, path: string): Promise<string> {
  const response = await session.fetch(`/v2/images/${image.id}/file`);
  expectThat(response.status === 200 && response.body !== null, `the download was answered with ${response.status}`);
  const hash = createHash('md5');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(path));
  return hash.digest('hex');
}

/** The first bytes alone, as a client that only wants to look asks for them. */
export async function firstBytes(session: Session, image: TourImage, count: number): Promise<Buffer> {
  const response = await session.fetch(`/v2/images/${image.id}/file`, { headers: { range: `bytes=0-${count - 1}` } });
  expectThat(response.status === 206, `a range of the image was answered with ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
