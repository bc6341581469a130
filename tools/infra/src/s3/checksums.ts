import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A running hash or checksum. `digest` ends it. */
export interface Digest {
  update(bytes: Buffer): void;
  digest(): Buffer;
}

/** The checksums of S3, by the name used in `x-amz-checksum-<name>`. */
export const CHECKSUMS: ReadonlyMap<string, () => Digest> = new Map<string, () => Digest>([
  ['crc32', () => new Crc32()],
  ['crc32c', () => new Crc32c()],
  ['crc64nvme', () => new Crc64Nvme()],
  ['sha1', () => hash('sha1')],
  ['sha256', () => hash('sha256')],
]);

export function hash(algorithm: 'md5' | 'sha1' | 'sha256'): Digest {
  const running = createHash(algorithm);
  return { update: (bytes) => void running.update(bytes), digest: () => running.digest() };
}

class Crc32 implements Digest {
  #value = 0;

  update(bytes: Buffer): void {
    this.#value = crc32(bytes, this.#value);
  }

  digest(): Buffer {
    const out = Buffer.alloc(4);
    out.writeUInt32BE(this.#value);
    return out;
  }
}

/** Castagnoli polynomial, reflected; Node has no native one. */
const CRC32C_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

class Crc32c implements Digest {
  #value = 0xffffffff;

  update(bytes: Buffer): void {
    let value = this.#value;
    for (const byte of bytes) value = (CRC32C_TABLE[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
    this.#value = value;
  }

  digest(): Buffer {
    const out = Buffer.alloc(4);
    out.writeUInt32BE((this.#value ^ 0xffffffff) >>> 0);
    return out;
  }
}

/** CRC-64/NVME, reflected polynomial 0x9a6c9329ac4bc9b5, as two 32-bit halves because BigInt is a hundred times slower. */
const CRC64_LOW = new Uint32Array(256);
const CRC64_HIGH = new Uint32Array(256);
for (let n = 0; n < 256; n += 1) {
  let low = n;
  let high = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    const odd = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (odd === 0) continue;
    low ^= 0xac4bc9b5;
    high ^= 0x9a6c9329;
  }
  CRC64_LOW[n] = low;
  CRC64_HIGH[n] = high;
}

class Crc64Nvme implements Digest {
  #low = 0xffffffff;
  #high = 0xffffffff;

  update(bytes: Buffer): void {
    let low = this.#low;
    let high = this.#high;
    for (const byte of bytes) {
      const index = (low ^ byte) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (CRC64_LOW[index] ?? 0);
      high = (high >>> 8) ^ (CRC64_HIGH[index] ?? 0);
    }
    this.#low = low;
    this.#high = high;
  }

  digest(): Buffer {
    const out = Buffer.alloc(8);
    out.writeUInt32BE((this.#high ^ 0xffffffff) >>> 0, 0);
    out.writeUInt32BE((this.#low ^ 0xffffffff) >>> 0, 4);
    return out;
  }
}

/** Several digests of the same bytes, by name; each name once, however often it is asked for. */
export class Digests {
  readonly #running: ReadonlyMap<string, Digest>;
  readonly #ended = new Map<string, Buffer>();

  constructor(names: readonly string[]) {
    const make = (name: string): Digest => CHECKSUMS.get(name)?.() ?? hash('md5');
    this.#running = new Map(names.map((name) => [name, make(name)]));
  }

  update(bytes: Buffer): void {
    for (const digest of this.#running.values()) digest.update(bytes);
  }

  /** Ends the digest of that name. */
  get(name: string): Buffer {
    const value = this.#ended.get(name) ?? this.#running.get(name)?.digest();
    if (value === undefined) throw new Error(`no ${name} was computed`);
    this.#ended.set(name, value);
    return value;
  }
}
