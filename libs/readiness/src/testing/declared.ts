import type { Declared } from '../index.ts';

/** What is said of `DEBIAN`. */
export const DECLARED: Declared = {
  image_type: 'system_disk',
  architecture: 'x86_64',
  os_distro: 'debian',
  os_version: '12',
  boot_mode: null,
};
