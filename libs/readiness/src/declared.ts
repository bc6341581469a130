/** What the tenant says of an image, in the words of its record; null where nothing is said. */
export interface Declared {
  readonly image_type: 'system_disk' | 'data_disk' | 'full_machine';
  readonly architecture: string | null;
  readonly os_distro: string | null;
  readonly os_version: string | null;
  readonly boot_mode: 'bios' | 'uefi' | null;
}
