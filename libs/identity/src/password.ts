import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** Cost: 16 MiB of memory and five passes, a tenth of a second or two of one core. */
const COST = { ln: 14, r: 8, p: 5 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** The form of a password hash (PHC): `$scrypt$ln=14,r=8,p=5$<salt>$<hash>`. The costs a file may ask for are bounded. */
export const PASSWORD_HASH =
  /^\$scrypt\$ln=(?<ln>1[0-6]),r=(?<r>8),p=(?<p>[1-9])\$(?<salt>[A-Za-z0-9+/]{16,64})\$(?<hash>[A-Za-z0-9+/]{43})$/;

interface Cost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

const derive = promisify(
  (password: string, salt: Buffer, cost: Cost, done: (error: Error | null, key: Buffer) => void) => {
    const options = { N: 2 ** cost.ln, r: cost.r, p: cost.p, maxmem: 256 * 2 ** cost.ln * cost.r };
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, options, done);
  },
);

/** A salted hash of a password for the users file. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** Tells whether a password is the one of a hash, in constant time. Rejects for text that is no hash. */
export async function verifyPassword(password: string, encoded: string): Promise<boolean> {
  const parts = PASSWORD_HASH.exec(encoded)?.groups;
  if (parts === undefined) throw new Error('This is not a password hash.');
  const cost = { ln: Number(parts['ln']), r: Number(parts['r']), p: Number(parts['p']) };
  const expected = Buffer.from(parts['hash'] ?? '', 'base64');
  return timingSafeEqual(await derive(password, Buffer.from(parts['salt'] ?? '', 'base64'), cost), expected);
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
