import type { PackageBundle } from './debian-packages.ts';
import { provideProgram } from './programs.ts';
import type { ProgramChoice } from './programs.ts';

const bundle: PackageBundle = {
  name: 'chromium',
  title: 'Chromium',
  // Without the last, what is Chinese in the console is boxes.
  packages: ['chromium', 'fonts-dejavu-core', 'fonts-wqy-microhei'],
  always: /^(chromium|fonts-dejavu-core$|fonts-wqy-microhei$)/,
  fonts: true,
  // The program itself: the command of the same name is a script that looks for it outside the bundle.
  programs: ['usr/lib/chromium/chromium'],
  libraries: ['pulseaudio'],
  remedy: 'Install chromium.',
};

/** Path of a Chromium: the machine's own, else one of the distribution's packages. Tests of the console are its users. */
export function provideChromium(choice: ProgramChoice): Promise<string> {
  return provideProgram('chromium', bundle, choice);
}
