const SECTOR = 512;
/** Firmware boots from nothing smaller than its cache. */
const DISK_SIZE = 1 << 20;

/** A disk whose machine writes one letter to its serial port for ever: `mov dx,0x3f8; mov al,'x'; out dx,al; jmp $-1`. */
export function talkativeDisk(): Buffer {
  return bootable([0xba, 0xf8, 0x03, 0xb0, 0x78, 0xee, 0xeb, 0xfd]);
}

/** A disk whose machine switches itself off by ACPI: `mov dx,0x604; mov ax,0x2000; out dx,ax; jmp $`. */
export function sleepyDisk(): Buffer {
  return bootable([0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xeb, 0xfe]);
}

function bootable(program: readonly number[]): Buffer {
  const disk = Buffer.alloc(DISK_SIZE);
  disk.set(program);
  disk.writeUInt16BE(0x55aa, SECTOR - 2);
  return disk;
}
