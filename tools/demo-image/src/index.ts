export { bootDisk } from './boot-disk.ts';
export type { BootOptions } from './boot-disk.ts';
export { provideDemoImage } from './demo-image.ts';
export type { DemoImageOptions } from './demo-image.ts';
export { BOOT_MARKER } from './guest.ts';
export { ADDRESS_MARKER, USER_DATA_MARKER } from './guest-network.ts';
