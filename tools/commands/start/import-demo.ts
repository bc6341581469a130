import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobView } from '@imago/contracts';
import { provideDemoImage } from '@imago/demo-image';
import { PACKAGE_CACHE, ProvisionError } from '@imago/infra';
import { Bucket } from '../bucket.ts';
import { DIRECTORY } from '../places.ts';
import type { RunFile } from '../run-file.ts';
import { logIn, type Session } from '@imago/system/session';

const OBJECT = 'imago-demo.qcow2';
/** Says that the tenant has been given the image once; who deletes it does not get it again. */
const DONE = join(DIRECTORY, 'demo-imported');

export interface DemoOptions {
  readonly qemuImg: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Begins to provide the demo image, so that it is there when the services are. Undefined when it was imported before. */
export function prepareDemo({ qemuImg, signal, say }: DemoOptions): Promise<string> | undefined {
  if (existsSync(DONE)) return undefined;
  const cache = { directory: PACKAGE_CACHE, signal, report: say };
  const image = provideDemoImage({ directory: join(DIRECTORY, 'demo-image'), qemuImg, cache });
  image.catch(() => undefined); // told by whoever waits for it
  return image;
}

/**
 * Imports the demo image as the first tenant, the way any tenant imports a file. Done once per installation; after a
 * crash in the middle the same key finds the same job. Imago runs without it where it cannot be built.
 */
export async function importDemo(image: Promise<string>, run: RunFile, { signal, say }: DemoOptions): Promise<void> {
  try {
    const path = await image;
    say('Importing a small bootable demo image');
    await importOnce(path, run, signal);
    writeFileSync(DONE, '');
  } catch (error) {
    if (!(error instanceof ProvisionError)) throw error;
    say(error.message);
  }
}

async function importOnce(image: string, run: RunFile, signal: AbortSignal): Promise<void> {
  const [tenant] = run.users;
  if (tenant === undefined) throw new Error('The installation has no users.');
  const bucket = new Bucket(run.s3, tenant);
  await bucket.putFile(OBJECT, image);
  bucket.close();
  const session = await logIn(run.gateway, tenant);
  const job = await requestImport(session, bucket.name);
  await session.jobSucceeded(job.id, { signal });
}

/** One key finds one job however often a start is killed; a job that ended without an image is followed by another. */
async function requestImport(session: Session, bucket: string): Promise<JobView> {
  for (let key = 'imago-demo'; ;) {
    const job = await session.need<JobView>('POST', '/v1/imports', importRequest(bucket), { 'idempotency-key': key });
    if (job.state !== 'failed' && job.state !== 'cancelled') return job;
    key = `imago-demo-after-${job.id}`;
  }
}

function importRequest(bucket: string): object {
  return {
    source: `s3://${bucket}/${OBJECT}`,
    disk_format: 'qcow2',
    name: 'Imago Demo Linux',
    description: 'A kernel and busybox: boots in seconds and counts its boots on the serial port.',
    architecture: 'x86_64',
    os_distro: 'imago-demo',
    os_version: '1',
    min_disk: 1,
    boot_mode: 'bios',
    tags: ['demo'],
    enterprise_project_id: 'default',
    agreement_accepted: true,
  };
}
