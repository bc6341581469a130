import { md5 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** Places of a file that tell it from others, and bytes of each. */
const SAMPLES = 16;
const SAMPLE_BYTES = 64 * 1024;

/** The MD5 the store will hold the bytes against, in hex. They are read piece by piece, however many there are. */
export async function md5Of(bytes: Blob): Promise<string> {
  const hash = md5.create();
  const reader = bytes.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytesToHex(hash.digest());
    hash.update(value);
  }
}

/** What a file is known by, cheaply: its size and some of its bytes. Whether it is the same, the parts say. */
export async function fingerprintOf(file: Blob): Promise<string> {
  const hash = sha256.create().update(new TextEncoder().encode(String(file.size)));
  const length = Math.min(SAMPLE_BYTES, file.size);
  for (let index = 0; index < SAMPLES; index++) {
    const offset = Math.floor(((file.size - length) * index) / (SAMPLES - 1));
    hash.update(new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()));
  }
  return `imago-console ${bytesToHex(hash.digest())}`;
}
