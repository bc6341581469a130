const SECTOR = 512;
/** Bytes of the disk. */
const SIZE = 2 ** 20;
/** The port of the first serial line. */
const SERIAL = 0x3f8;

/** A disk that boots, writes a line to the serial console and does nothing more. */
export function bootDisk(line: string): Buffer {
  const disk = Buffer.alloc(SIZE);
  const code = [
    0xba, // mov dx, SERIAL
    SERIAL & 0xff,
    SERIAL >> 8,
    ...[...Buffer.from(`${line}\r\n`)].flatMap((byte) => [0xb0, byte, 0xee]), // mov al, byte; out dx, al
    0xf4, // hlt
    0xeb, // jmp to it
    0xfd,
  ];
  disk.set(code);
  disk.set([0x55, 0xaa], SECTOR - 2);
  return disk;
}
