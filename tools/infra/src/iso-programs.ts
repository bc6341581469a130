import type { PackageBundle } from './debian-packages.ts';
import { provideProgram } from './programs.ts';
import type { ProgramChoice } from './programs.ts';

const xorriso: PackageBundle = {
  name: 'xorriso',
  title: 'xorriso, which makes and reads ISO images,',
  packages: ['xorriso'],
  always: /^(xorriso|libiso.*|libburn.*|libjte.*)$/,
  programs: ['usr/bin/xorriso'],
  remedy: 'Install xorriso: the tests compare with it.',
};

const genisoimage: PackageBundle = {
  name: 'genisoimage',
  title: 'genisoimage, which makes ISO images with UDF,',
  packages: ['genisoimage'],
  always: /^genisoimage$/,
  programs: ['usr/bin/genisoimage'],
  remedy: 'Install genisoimage: the tests compare with it.',
};

/** Path of a xorriso: the machine's own, else one unpacked from the distribution's packages. */
export function provideXorriso(choice: ProgramChoice): Promise<string> {
  return provideProgram('xorriso', xorriso, choice);
}

/** Path of a genisoimage, which knows UDF. */
export function provideGenisoimage(choice: ProgramChoice): Promise<string> {
  return provideProgram('genisoimage', genisoimage, choice);
}
