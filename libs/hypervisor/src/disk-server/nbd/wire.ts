/** The words of the NBD protocol (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md) that are spoken here. */
export const NBD = {
  magic: 0x4e42444d41474943n, // NBDMAGIC
  optionMagic: 0x49484156454f5054n, // IHAVEOPT
  optionReplyMagic: 0x0003e889045565a9n,
  requestMagic: 0x25609513,
  simpleReplyMagic: 0x67446698,
} as const;

/** Of the handshake, in both directions. */
export const HANDSHAKE_FLAGS = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const OPTION = { exportName: 1, abort: 2, list: 3, info: 6, go: 7 } as const;

export const REPLY = {
  ack: 1,
  info: 3,
  unsupported: 0x8000_0001,
  invalid: 0x8000_0003,
  unknown: 0x8000_0006,
  tooBig: 0x8000_0009,
} as const;

export const INFO = { export: 0, blockSize: 3 } as const;

/** Read-only, and what one connection reads all others read: HAS_FLAGS, READ_ONLY, SEND_FLUSH, CAN_MULTI_CONN. */
export const EXPORT_FLAGS = 0b1_0000_0111;

export const COMMAND = { read: 0, write: 1, disconnect: 2, flush: 3, trim: 4, writeZeroes: 6 } as const;

export const ERROR = { none: 0, permission: 1, io: 5, invalid: 22 } as const;

/** Most bytes of one read; and what clients that ask are told, so that they ask in smaller pieces. */
export const LONGEST_READ = 32 * 2 ** 20;
export const ADVISED_READ = 4 * 2 ** 20;
