import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Door, whereTo } from './door.ts';
import { importUpload } from './import-upload.ts';
import { LocalFile } from './local-file.ts';
import { ProgressLine } from './progress-line.ts';
import { sendFile } from './send-file.ts';

const USAGE = `Usage: npm run imago -- upload FILE [--name NAME] [--as USER] [--region REGION]
         [--parallel PARTS] [--part-size MIB]
         [--disk-format raw|qcow2|vmdk|vhd|vhdx|vdi --os DISTRO --os-version VERSION --min-disk GIB
          [--compression gzip|xz|zstd] [--architecture x86_64] [--description TEXT] --accept-agreement]

Sends a file in parts, and makes an image of it when the last line of options is given. The same command goes on where it
was stopped. As whom and where: OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME; else the installation that runs
here.`;

const text = { type: 'string' } as const;
const options = {
  ...{ name: text, as: text, region: text, parallel: text, 'part-size': text, description: text },
  ...{ 'disk-format': text, os: text, 'os-version': text, 'min-disk': text, architecture: text },
  compression: text,
  ...{ 'accept-agreement': { type: 'boolean' } as const },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>['values'];

/** What is kept in memory at once by default, in parts. */
const PARALLEL = 4;
const MOST_PARALLEL = 64;
const MIB = 2 ** 20;

/** `upload FILE`: sends it, and imports it when asked to. @throws Error that says what is wrong */
export async function uploadCommand(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new Error(USAGE);
  const order = orderOf(values, basename(path));
  const parallel = wholeNumber('parallel', values.parallel, PARALLEL, MOST_PARALLEL);
  const partSize =
    values['part-size'] === undefined ? null : wholeNumber('part-size', values['part-size'], 0, 5120) * MIB;
  const door = new Door({ ...(await whereTo(values.as)), ...pick(values.region) }, signal);
  const file = await LocalFile.open(resolve(process.env['INIT_CWD'] ?? '.', path));
  const progress = new ProgressLine(file.size);
  try {
    const name = values.name ?? basename(path);
    const upload = await sendFile(door, file, { name, partSize, parallel, progress, signal });
    progress.end();
    console.log(`${path} is uploaded: upload://${upload.id}`);
    if (order === null) {
      console.log(`Make an image of it: POST /v1/imports with "source": "upload://${upload.id}"`);
      console.log(`It is kept until ${upload.expires_at ?? ''}.`);
      return;
    }
    const job = await importUpload(door, upload.id, order, signal);
    console.log(`The image is ${job.image_id ?? ''}.`);
  } finally {
    await file.close();
  }
}

/** What the image is to be; null when none is asked for. */
function orderOf(values: Values, fallbackName: string): object | null {
  const { 'disk-format': disk_format, os, 'os-version': os_version, 'min-disk': minDisk } = values;
  const given = [disk_format, os, os_version, minDisk];
  if (given.every((each) => each === undefined)) return null;
  if (given.includes(undefined) || values['accept-agreement'] !== true) {
    throw new Error(`An image needs --disk-format, --os, --os-version, --min-disk and --accept-agreement.\n\n${USAGE}`);
  }
  return {
    name: values.name ?? fallbackName,
    disk_format,
    compression: values.compression ?? null,
    os_distro: os,
    os_version,
    min_disk: wholeNumber('min-disk', minDisk, 0, 1024),
    architecture: values.architecture ?? 'x86_64',
    ...(values.description === undefined ? {} : { description: values.description }),
    enterprise_project_id: 'default',
    agreement_accepted: true,
  };
}

function wholeNumber(name: string, given: string | undefined, fallback: number, maximum: number): number {
  if (given === undefined) return fallback;
  const number = Number(given);
  if (Number.isInteger(number) && number >= 1 && number <= maximum) return number;
  throw new Error(`--${name} is a whole number from 1 to ${maximum}.`);
}

function pick(region: string | undefined): { readonly region?: string } {
  return region === undefined ? {} : { region };
}
