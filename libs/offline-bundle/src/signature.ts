import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { refusal } from '@imago/contracts';
import { type BundleManifest, readManifest } from './manifest.ts';

/** Before the bytes that are signed, so that a signature of ours is never one of something else. */
const CONTEXT = 'imago.bundle.v1\n';
const SIGNATURE_BYTES = 64;
const PEM = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

/** A manifest as text, and its signature in base64. */
export interface SignedManifest {
  readonly manifest: string;
  readonly signature: string;
}

/** The name of a key: the SHA-256 of its public half, as DER, in hex. */
export function keyId(key: KeyObject): string {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** A private key for signing, from PEM. @throws Error when it is no Ed25519 key */
export function signingKey(pem: string): KeyObject {
  return requireEd25519(createPrivateKey(pem));
}

/** Signs a manifest, byte for byte as it is. */
export function signManifest(manifest: string, key: KeyObject): string {
  return sign(null, signedBytes(manifest), key).toString('base64');
}

/** The public keys whose signatures are believed. */
export class TrustedKeys {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  private constructor(keys: readonly KeyObject[]) {
    this.#keys = new Map(keys.map((key) => [keyId(key), key]));
  }

  /** Any number of Ed25519 public keys in PEM, with whatever text between them. @throws Error when one is of another kind */
  static fromPem(text: string): TrustedKeys {
    return new TrustedKeys((text.match(PEM) ?? []).map((pem) => requireEd25519(createPublicKey(pem))));
  }

  get ids(): readonly string[] {
    return [...this.#keys.keys()];
  }

  /**
   * What a manifest says, when one of the keys has signed it.
   * @throws Refusal bundle.manifest_invalid, bundle.signer_unknown, bundle.signature_invalid
   */
  open({ manifest, signature }: SignedManifest): BundleManifest {
    const read = readManifest(manifest);
    const key = this.#keys.get(read.signer);
    if (key === undefined)
      throw refusal(
        'bundle.signer_unknown',
        `The bundle is signed by the key ${read.signer}, which is not trusted here.`,
        {
          signer: read.signer,
          trusted: this.ids,
        },
      );
    const bytes = Buffer.from(signature.trim(), 'base64');
    if (bytes.length !== SIGNATURE_BYTES || !verify(null, signedBytes(manifest), key, bytes))
      throw refusal('bundle.signature_invalid', 'The signature is not one of this manifest by the key it names.', {
        signer: read.signer,
      });
    return read;
  }
}

function signedBytes(manifest: string): Buffer {
  return Buffer.from(CONTEXT + manifest);
}

function requireEd25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`A bundle is signed with an Ed25519 key, not with ${key.asymmetricKeyType ?? 'this'}.`);
  return key;
}
