import type { SecretKind } from '@imago/contracts';
import { describe, expect, it } from 'vitest';
import { secretsIn } from './secret-rules.ts';

const KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n';

function found(path: string, content: string, size = content.length): readonly SecretKind[] {
  return secretsIn(path, Buffer.from(content), size);
}

describe('secrets among the files of a disk', () => {
  it.each<[string, string, SecretKind]>([
    ['/home/ann/.ssh/id_rsa', KEY, 'private_key'],
    ['/etc/ssh/ssh_host_ed25519_key', '-----BEGIN OPENSSH PRIVATE KEY-----\r\nb3Bl\r\n', 'private_key'],
    ['/srv/tls/site.pem', `-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n${KEY}`, 'private_key'],
    ['/home/ann/key.ppk', 'PuTTY-User-Key-File-3: ssh-ed25519\n', 'private_key'],
    ['/opt/app/gcp.json', '{ "type": "service_account", "project_id": "p" }', 'cloud_credentials'],
    ['/root/openrc', 'export OS_PASSWORD="hunter2"\n', 'cloud_credentials'],
    ['/home/ann/.azure/msal_token_cache.json', '{}', 'cloud_credentials'],
    ['/home/ann/.docker/config.json', '{"auths": {"hub": {"auth": "YTpi"}}}', 'access_token'],
    ['/root/.netrc', 'machine git.example login ann password hunter2\n', 'access_token'],
    ['/opt/ci/env', `TOKEN=ghp_${'a'.repeat(36)}\n`, 'access_token'],
    ['/home/ann/.bash_history', 'ls\n', 'shell_history'],
    [
      '/Users/ann/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt',
      'dir',
      'shell_history',
    ],
  ])('%s', (path, content, kind) => {
    expect(found(path, content)).toEqual([kind]);
  });

  it.each([
    ['a public key', '/home/ann/.ssh/id_rsa.pub', 'ssh-rsa AAAA ann@laptop\n'],
    ['what packages bring along', '/usr/share/doc/openssl/example.pem', KEY],
    ['words about keys', '/srv/notes', 'A key begins with -----BEGIN RSA PRIVATE KEY----- and so on.\n'],
    ['a password that is asked for', '/root/openrc', 'export OS_PASSWORD=$OS_PASSWORD_INPUT\n'],
    ['a registry without a login', '/root/.docker/config.json', '{"auths": {}}'],
  ])('are not seen in %s', (_what, path, content) => {
    expect(found(path, content)).toEqual([]);
  });

  it('are not looked for in files that are too long for them', () => {
    expect(found('/srv/dump.sql', KEY, 100 * 2 ** 20)).toEqual([]);
  });
});
