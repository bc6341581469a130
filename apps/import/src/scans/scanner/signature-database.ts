import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What ClamAV reads signatures from. */
const SIGNATURES = /\.(cvd|cld|cud|db|ndb|ndu|ldb|ldu|hdb|hdu|hsb|hsu|mdb|mdu|msb|msu|cdb|idb|yar|yara)$/;
/** Those that say themselves when they were built. */
const DATED = /\.(cvd|cld|cud)$/;
/** The part that is made anew every day. */
const DAILY = /^daily\./;
const HEADER_LENGTH = 512;
/** Among the fields of such a header, separated by colons: seconds since 1970. */
const BUILD_TIME_FIELD = 8;

/** The signatures that files are compared with. */
export interface SignatureDatabase {
  readonly directory: string;
  /** When it was built: its daily part, or its newest. */
  readonly builtAt: Date;
  /** Changes with any of its files. */
  readonly fingerprint: string;
}

interface Part {
  readonly name: string;
  readonly builtAt: Date;
  readonly version: string;
}

/** The database in a directory; null when there is none. */
export async function readSignatureDatabase(directory: string): Promise<SignatureDatabase | null> {
  const names = (await readdir(directory).catch(() => [])).filter((name) => SIGNATURES.test(name)).sort();
  const parts: Part[] = [];
  for (const name of names) {
    // One that is just being replaced is there under its new name.
    const part = await readPart(directory, name).catch(() => null);
    if (part !== null) parts.push(part);
  }
  const daily = parts.filter(({ name }) => DAILY.test(name));
  const [newest] = (daily.length > 0 ? daily : parts).map(({ builtAt }) => builtAt).sort((a, b) => +b - +a);
  if (newest === undefined) return null;
  const fingerprint = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return { directory, builtAt: newest, fingerprint };
}

async function readPart(directory: string, name: string): Promise<Part> {
  const path = join(directory, name);
  const { mtime, size } = await stat(path);
  const builtAt = DATED.test(name) ? await buildTimeIn(path) : mtime;
  return { name, builtAt, version: `${size} ${mtime.toISOString()}` };
}

/** A file that does not say when it was built may be of any age: it is as old as can be. */
async function buildTimeIn(path: string): Promise<Date> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_LENGTH), 0, HEADER_LENGTH, 0);
    const fields = buffer.toString('latin1', 0, bytesRead).split(':');
    const seconds = fields[0] === 'ClamAV-VDB' ? Number.parseInt(fields[BUILD_TIME_FIELD] ?? '', 10) : Number.NaN;
    return new Date(Number.isFinite(seconds) ? seconds * 1000 : 0);
  } finally {
    await file.close();
  }
}
