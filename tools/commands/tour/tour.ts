import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EventEnvelope, JobView } from '@imago/contracts';
import { Bucket } from '../bucket.ts';
import { DIRECTORY } from '../places.ts';
import type { RunFile } from '../run-file.ts';
import { logIn, type Session } from '@imago/system/session';
import { compareDisks, makeTourDisk, qemuImg, type TourDisk } from './disk.ts';
import { EXPORTED, tourExport } from './export.ts';
import { removeCopies, tourCopy } from './copy.ts';
import { activeImage, download, firstBytes, listImages, type TourImage } from './image.ts';
import { tourPreflight } from './preflight.ts';
import { tourReadiness } from './readiness.ts';
import { mebibytes, Progress, Story } from './story.ts';
import { tourSharing } from './sharing.ts';
import { CAPTURED, removeTourServers, tourServers } from './servers.ts';
import { expectThat } from './surprise.ts';

const NAME = 'Tour';
const OBJECT = 'tour/disk.qcow2';
/** What happens to an image that is imported, each because of the one before it. */
const HAPPENS = [
  ['ImageRegistered', 'ImageReady'],
  ['ImageImportRequested', 'ImageExamined', 'ImageImported', 'ImageReady'],
] as const;

interface Scene {
  readonly story: Story;
  readonly alice: Session;
  readonly bob: Session;
  readonly bucket: Bucket;
  readonly directory: string;
  readonly qemuImg: string;
}

/**
 * What a tenant does with Imago, against the running system, with everything checked on the way.
 * @throws Error at the first surprise; what the tour made is removed either way.
 */
export async function tour(run: RunFile): Promise<void> {
  const [first, second] = run.users;
  if (first === undefined || second === undefined) throw new Error('The installation has no two tenants.');
  const directory = join(DIRECTORY, 'tour');
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const bucket = new Bucket(run.s3, first);
  const alice = await logIn(run.gateway, first);
  const bob = await logIn(run.gateway, second);
  const scene = { story: new Story(), alice, bob, bucket, directory, qemuImg: await qemuImg() };
  await removeImages(alice); // of a tour that was broken off
  await removeCopies(alice);
  await removeTourServers(alice);
  try {
    console.log(`You are ${first.name} of project ${first.project}. Imago is at ${run.gateway}.`);
    await walk(scene);
  } finally {
    await removeImages(alice);
    await removeCopies(alice);
    await removeTourServers(alice);
    for (const object of [OBJECT, EXPORTED]) await bucket.delete(object);
    bucket.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function walk(scene: Scene): Promise<void> {
  const disk = await putDisk(scene);
  const id = await importDisk(scene, disk);
  const image = await look(scene, id, disk);
  await tourReadiness(scene, image);
  await takeBack(scene, image, disk);
  await tourExport(scene, image);
  await follow(scene, image);
  await tourCopy(scene, image);
  await askAsStranger(scene, image);
  await tourSharing(scene, image);
  await deleteImage(scene, image);
  await tourServers(scene.story, scene.alice);
}

async function putDisk({ story, bucket, directory, qemuImg }: Scene): Promise<TourDisk> {
  story.chapter('A disk image in your bucket');
  const disk = await makeTourDisk(directory, qemuImg);
  story.line(`made a disk of ${mebibytes(disk.virtualSize)} with this machine's programs on it`);
  await bucket.putFile(OBJECT, disk.path);
  story.line(`put it to s3://${bucket.name}/${OBJECT}: ${mebibytes(disk.bytes)} of qcow2`);
  return disk;
}

async function importDisk({ story, alice, bucket }: Scene, disk: TourDisk): Promise<string> {
  const wanted = {
    source: `s3://${bucket.name}/${OBJECT}`,
    disk_format: 'qcow2',
    name: NAME,
    architecture: 'x86_64',
    os_distro: 'debian',
    os_version: '12',
    min_disk: Math.ceil(disk.virtualSize / 2 ** 30),
    enterprise_project_id: 'default',
    agreement_accepted: true,
  };
  await tourPreflight({ story, alice }, wanted);
  story.chapter('Import it: POST /v1/imports');
  const job = await alice.need<JobView>('POST', '/v1/imports', wanted);
  story.line(`job ${job.id}`);
  const { image_id } = await alice.jobSucceeded(job.id, { tell: new Progress().show });
  expectThat(image_id !== null, 'the import succeeded without an image');
  return image_id;
}

async function look({ story, alice }: Scene, id: string, disk: TourDisk): Promise<TourImage> {
  story.chapter('Find it: GET /v2/images');
  const images = await listImages(alice);
  story.table([
    ['NAME', 'STATUS', 'VISIBILITY', 'FORMAT', 'SIZE', 'DISK'],
    ...images.map(({ name, status, visibility, disk_format, size, virtual_size }) => [
      name,
      status,
      visibility,
      disk_format ?? '-',
      mebibytes(size ?? 0),
      mebibytes(virtual_size ?? 0),
    ]),
  ]);
  expectThat(
    images.some((each) => each.id === id),
    'the image is not in the list',
  );
  story.chapter(`Look at it: GET /v2/images/${id}`);
  const image = await activeImage(alice, id);
  for (const [name, value] of Object.entries(image)) {
    if (value !== null && typeof value !== 'object') story.line(`${name.padEnd(24)} ${String(value)}`);
  }
  expectThat(image.virtual_size === disk.virtualSize, 'the disk has another size than the source');
  return image;
}

async function takeBack({ story, alice, directory, qemuImg }: Scene, image: TourImage, disk: TourDisk): Promise<void> {
  story.chapter('Download it and compare: GET /v2/images/{id}/file');
  const magic = await firstBytes(alice, image, 4);
  expectThat(magic.toString('latin1') === 'QFI\u00fb', 'the first four bytes are not those of a qcow2');
  const path = join(directory, 'downloaded.qcow2');
  const md5 = await download(alice, image, path);
  expectThat(md5 === image.checksum, `the download has md5 ${md5}, the image says ${image.checksum ?? 'nothing'}`);
  story.line(`${mebibytes(image.size ?? 0)} with the md5 the image promises: ${md5}`);
  await compareDisks(qemuImg, disk.path, path);
  story.line('qemu-img check finds no fault, and qemu-img compare finds the disk you put into the bucket');
}

async function follow({ story, alice }: Scene, image: TourImage): Promise<void> {
  story.chapter('What happened to it: GET /v1/images/{id}/events');
  const { events } = await alice.need<{ events: EventEnvelope[] }>('GET', `/v1/images/${image.id}/events?limit=1000`);
  for (const { event, times } of folded(events)) {
    const { time, source, type } = event;
    story.line(`${time}  ${source.padEnd(16)} ${type}${times === 1 ? '' : `, ${times} times`}`);
  }
  for (const chain of HAPPENS) {
    const places = chain.map((type) => events.findIndex((event) => event.type === type));
    const inOrder = places.every((place, index) => place >= 0 && place > (places[index - 1] ?? -1));
    expectThat(inOrder, `expected ${chain.join(', ')} in this order`);
  }
}

/** Runs of one type as their first event and their number: progress is told once a second. */
function folded(events: readonly EventEnvelope[]): { readonly event: EventEnvelope; readonly times: number }[] {
  const starts = events.flatMap((event, index) => (event.type === events[index - 1]?.type ? [] : [index]));
  return starts.flatMap((start, index) => {
    const event = events[start];
    return event === undefined ? [] : [{ event, times: (starts[index + 1] ?? events.length) - start }];
  });
}

async function askAsStranger({ story, bob }: Scene, image: TourImage): Promise<void> {
  story.chapter(`Ask for it as ${bob.user.name} of project ${bob.user.project}`);
  for (const path of [
    `/v2/images/${image.id}`,
    `/v2/images/${image.id}/file`,
    `/v1/images/${image.id}/events`,
    `/v1/images/${image.id}/readiness`,
  ]) {
    const { status } = await bob.ask('GET', path);
    story.line(`${String(status)}  GET ${path}`);
    expectThat(status === 404, `${bob.user.name} was answered with ${status} instead of 404`);
  }
  const seen = await listImages(bob);
  expectThat(!seen.some((each) => each.id === image.id), `${bob.user.name} finds the image in the list`);
}

async function deleteImage({ story, alice }: Scene, image: TourImage): Promise<void> {
  story.chapter('Delete it: DELETE /v2/images/{id}');
  await alice.need('DELETE', `/v2/images/${image.id}`);
  const { status } = await alice.ask('GET', `/v2/images/${image.id}`);
  story.line(`${String(status)}  GET /v2/images/${image.id}`);
  expectThat(status === 404, `a deleted image was answered with ${status} instead of 404`);
}

async function removeImages(alice: Session): Promise<void> {
  for (const name of [NAME, CAPTURED]) {
    const images = await listImages(alice, `&name=${encodeURIComponent(name)}`);
    for (const { id } of images) await alice.need('DELETE', `/v2/images/${id}`);
  }
}
