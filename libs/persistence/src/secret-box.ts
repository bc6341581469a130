import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { type ErrorCode, refusal } from '@imago/contracts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps secrets so that the database alone does not give them away. */
export class SecretBox {
  readonly #key: Buffer;

  /**
   * @param key 32 bytes in hexadecimal digits
   * @param unreadable what is said of a secret that cannot be opened
   */
  constructor(
    key: string,
    private readonly unreadable: ErrorCode,
  ) {
    this.#key = Buffer.from(key, 'hex');
  }

  /** @param owner the id of what the secret belongs to: it opens for nothing else. */
  seal(secret: string, owner: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
  }

  /** @throws Refusal with the code for it when it was sealed with another key, for another owner, or was changed */
  open(sealed: Buffer, owner: string): string {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const tag = sealed.subarray(sealed.length - TAG_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(owner))
        .setAuthTag(tag);
      const text = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw refusal(this.unreadable, 'The secret cannot be read with the key in use.');
    }
  }

  /** A hash of something secret that tells, without the key, nothing about it: for comparing what is not kept. */
  fingerprint(secret: string): string {
    return createHmac('sha256', this.#key).update(secret).digest('hex');
  }
}
