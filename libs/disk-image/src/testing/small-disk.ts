/** The disk that small files of every format but qcow2 hold: blocks of 4 KiB, some of them, and a sector more. */
export const SMALL_DISK = { blockSize: 4096, blocks: 17, virtualSize: 16 * 4096 + 512, data: [0, 2, 16] } as const;

/** Content of a block of the disk that has any. */
export const smallBlock = (index: number, bytes: number = SMALL_DISK.blockSize): Buffer =>
  Buffer.alloc(bytes, `block ${index}; `);

/** What the guest sees. */
export function smallContent(): Buffer {
  const content = Buffer.alloc(SMALL_DISK.virtualSize);
  for (const index of SMALL_DISK.data) smallBlock(index).copy(content, index * SMALL_DISK.blockSize);
  return content;
}
