export { bundleFileName, bundleManifest, LONGEST_MANIFEST, readManifest } from './manifest.ts';
export type { BundleManifest } from './manifest.ts';
export { keyId, signingKey, signManifest, TrustedKeys } from './signature.ts';
export type { SignedManifest } from './signature.ts';
