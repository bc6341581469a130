import { pipeline } from 'node:stream/promises';
import { constants, createZstdDecompress } from 'node:zlib';
import { decode, requireNothing } from './decode-stream.ts';
import { FILE_AT_FAULT } from './decoder-error.ts';

/** A process that unpacks one file: from its input to its output. When the file is at fault it says why and ends with 2. */

/** Bytes that come out at a time. */
const CHUNK = 2 ** 16;
/** Largest window, 128 MiB: what `zstd --long` makes and `zstd -d` takes. */
const MAX_WINDOW_LOG = 27;

const params = { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG };
const unpacked = decode(process.stdin, createZstdDecompress({ params, chunkSize: CHUNK }), requireNothing);
try {
  await pipeline(unpacked, process.stdout);
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error));
  process.exitCode = FILE_AT_FAULT;
  process.stdin.destroy();
}
