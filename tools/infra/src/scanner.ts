import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageBundle } from './debian-packages.ts';
import { provideProgram, type ProgramChoice } from './programs.ts';
import { ProvisionError } from './provision-error.ts';

const bundle: PackageBundle = {
  name: 'clamav',
  title: 'ClamAV, which scans images,',
  packages: ['clamav-daemon', 'bubblewrap'],
  always: /^(clamav|libclamav|libmspack|bubblewrap)/,
  programs: ['usr/sbin/clamd', 'usr/bin/bwrap'],
  harmless: '--help', // with any other word clamd wants its settings
  remedy: 'Install clamav-daemon and bubblewrap; without them images are not scanned, and none is published.',
};

/** The bytes of the EICAR test file, 68 of them, which every scanner calls malware and which does no harm. */
const EICAR =
  '58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a';

/** Under which name the signatures of ours know it; ClamAV adds that they are not its own. */
export const SAMPLE_SIGNATURE = 'Imago.Sample.EICAR.UNOFFICIAL';

/** What images are scanned with. */
export interface ScannerPrograms {
  readonly clamd: string;
  readonly bubblewrap: string;
  /** The directory of the signature database. */
  readonly signatures: string;
}

/**
 * ClamAV and what shuts it in, with the signatures in `IMAGO_SIGNATURES`, or with some of ours, which know the EICAR test
 * file and nothing else.
 * @throws ProvisionError when they cannot be had
 */
export async function provideScanner(
  choice: ProgramChoice,
  directory: string,
  env: NodeJS.ProcessEnv,
): Promise<ScannerPrograms> {
  // The second finds what the first has unpacked.
  const clamd = await provideProgram('clamd', bundle, choice);
  const bubblewrap = await provideProgram('bwrap', bundle, choice);
  const own = env['IMAGO_SIGNATURES'];
  return { clamd, bubblewrap, signatures: own ? await existing(own) : await writeSampleSignatures(directory) };
}

async function existing(directory: string): Promise<string> {
  const found = await stat(directory).catch(() => null);
  if (found?.isDirectory() === true) return directory;
  throw new ProvisionError('IMAGO_SIGNATURES is no directory.', "Set it to the directory of ClamAV's database.");
}

/** A signature database that knows the EICAR test file, as new as can be. */
export async function writeSampleSignatures(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'imago-sample.ndb'), `Imago.Sample.EICAR:0:*:${EICAR}\n`);
  return directory;
}

/** The EICAR test file. */
export function eicarTestFile(): Buffer {
  return Buffer.from(EICAR, 'hex');
}
