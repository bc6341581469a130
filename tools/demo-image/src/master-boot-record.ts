/** One primary partition, counted in sectors. */
export interface Partition {
  readonly firstSector: number;
  readonly sectors: number;
}

export const SECTOR = 512;

const CODE_LENGTH = 440;
const TABLE = 446;
const BOOTABLE = 0x80;
const LINUX = 0x83;
/** Says "look at the sector numbers instead" to whatever still reads cylinders. */
const NO_CYLINDERS = Buffer.from([0xfe, 0xff, 0xff]);

/** The first sector of a disk: a boot loader's code and a table with one bootable Linux partition. */
export function masterBootRecord(code: Buffer, diskId: number, partition: Partition): Buffer {
  const sector = Buffer.alloc(SECTOR);
  code.copy(sector, 0, 0, CODE_LENGTH);
  sector.writeUInt32LE(diskId, CODE_LENGTH);
  sector[TABLE] = BOOTABLE;
  NO_CYLINDERS.copy(sector, TABLE + 1);
  sector[TABLE + 4] = LINUX;
  NO_CYLINDERS.copy(sector, TABLE + 5);
  sector.writeUInt32LE(partition.firstSector, TABLE + 8);
  sector.writeUInt32LE(partition.sectors, TABLE + 12);
  sector.writeUInt16BE(0x55aa, SECTOR - 2);
  return sector;
}
