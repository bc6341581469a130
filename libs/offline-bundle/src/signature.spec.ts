import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyId, readManifest, signManifest, TrustedKeys } from './index.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const trusted = TrustedKeys.fromPem(`the press in region 1\n${pem(publicKey)}`);

function pem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

function manifest(change: object = {}, file: object = {}, image: object = {}): string {
  return JSON.stringify({
    imago_bundle: 1,
    created_at: '2026-11-01T00:00:00.000Z',
    signer: keyId(publicKey),
    region: 'region-1',
    project_id: 'p-a',
    file: { name: 'disk.qcow2', size: 1000, sha512: 'a'.repeat(128), ...file },
    image: {
      ...{ name: 'web', description: null, image_type: 'system_disk', architecture: 'x86_64', os_distro: 'debian' },
      ...{ os_version: '12', min_disk: 10, min_ram: 0, boot_mode: null, enterprise_project_id: 'default', tags: [] },
      ...{ disk_format: 'qcow2', compression: null, ...image },
    },
    ...change,
  });
}

function codeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

describe('a signed manifest', () => {
  it('is opened when a trusted key has signed it, byte for byte', () => {
    const text = manifest();
    const signature = signManifest(text, privateKey);
    expect(trusted.open({ manifest: text, signature })).toMatchObject({ project_id: 'p-a', file: { size: 1000 } });
    const others = [text.replace('p-a', 'p-b'), `${text} `, text.replace('"size":1000', '"size":1001')];
    for (const other of others)
      expect(codeOf(() => trusted.open({ manifest: other, signature }))).toBe('bundle.signature_invalid');
    for (const wrong of ['', 'AAAA', signature.slice(4), signManifest(text, generateKeyPairSync('ed25519').privateKey)])
      expect(codeOf(() => trusted.open({ manifest: text, signature: wrong }))).toBe('bundle.signature_invalid');
  });

  it('by a key that is not trusted is refused, whatever it says of itself', () => {
    const stranger = generateKeyPairSync('ed25519');
    const text = manifest({ signer: keyId(stranger.publicKey) });
    const signature = signManifest(text, stranger.privateKey);
    expect(codeOf(() => trusted.open({ manifest: text, signature }))).toBe('bundle.signer_unknown');
    expect(codeOf(() => TrustedKeys.fromPem('').open({ manifest: text, signature }))).toBe('bundle.signer_unknown');
  });

  it.each([
    '../disk.qcow2',
    '/etc/passwd',
    'a/b',
    'a\\b',
    '..',
    '.hidden',
    '-o',
    '',
    'a\nb',
    'a\u0000b',
    'x'.repeat(201),
  ])('names no file but one beside it: %j', (name) => {
    expect(codeOf(() => readManifest(manifest({}, { name })))).toBe('bundle.manifest_invalid');
  });

  it.each([
    ['is no JSON', '{'],
    ['is too long', ' '.repeat(70_000)],
    ['is of another version', manifest({ imago_bundle: 2 })],
    ['has what nobody knows', manifest({ more: true })],
    ['names no project', manifest({ project_id: '../p' })],
    ['names a system there is not', manifest({}, {}, { os_distro: 'debian', os_version: '99' })],
    ['is of a whole machine', manifest({}, {}, { image_type: 'full_machine' })],
  ])('is refused when it %s', (_what, text) => {
    expect(codeOf(() => readManifest(text))).toBe('bundle.manifest_invalid');
  });

  it('is believed of Ed25519 keys alone', () => {
    const { publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(() => TrustedKeys.fromPem(pem(rsa))).toThrow('Ed25519');
  });
});
