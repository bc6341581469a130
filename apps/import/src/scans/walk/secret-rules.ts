import type { SecretKind } from '@imago/contracts';

/** Bytes of the beginning of a file that are looked at. */
export const LOOKED_AT = 64 * 1024;
/** Longer files are no files of keys and passwords, whatever they quote. */
const LONGEST = 2 * 2 ** 20;

/** What software brings along: examples, tests and documentation are full of keys that open nothing. */
const OF_SOFTWARE = /^\/(usr\/(?!local\/)|lib|opt\/[^/]+\/lib|snap\/|Windows\/|Program Files)/i;

interface Rule {
  readonly kind: SecretKind;
  /** Of the whole path. */
  readonly path?: RegExp;
  /** Of the beginning of the file. */
  readonly content?: RegExp;
}

/** Names of files that are secrets by themselves; then texts that are, wherever they are. */
const RULES: readonly Rule[] = [
  {
    kind: 'shell_history',
    path: /\/(\.(bash|zsh|ash|sh|fish|python|node_repl|mysql|psql|sqlite|rediscli|lesshst)_?history|\.histfile|fish_history|ConsoleHost_history\.txt)$/i,
  },
  {
    kind: 'private_key',
    content: /^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\r?$|^PuTTY-User-Key-File-\d+:/m,
  },
  { kind: 'cloud_credentials', path: /\/\.aws\/credentials$/, content: /aws_secret_access_key|aws_session_token/i },
  { kind: 'cloud_credentials', content: /aws_secret_access_key\s*[=:]\s*["']?[A-Za-z0-9/+=]{30,}/i },
  { kind: 'cloud_credentials', content: /"type"\s*:\s*"service_account"/ },
  { kind: 'cloud_credentials', content: /^\s*(?:export\s+)?OS_PASSWORD=["']?[^\s"'$]/m },
  {
    kind: 'cloud_credentials',
    path: /\/clouds\.yaml$/,
    content: /^\s*(?:password|application_credential_secret)\s*:/m,
  },
  {
    kind: 'cloud_credentials',
    path: /\/(\.config\/gcloud\/(credentials\.db|application_default_credentials\.json)|\.azure\/(accessTokens\.json|msal_token_cache\.\w+)|\.aliyun\/config\.json|\.oci\/config|\.boto|\.s3cfg)$/,
  },
  { kind: 'access_token', path: /\/\.git-credentials$/ },
  { kind: 'access_token', path: /\/[._]netrc$/, content: /\bpassword\s+\S/ },
  { kind: 'access_token', path: /\/\.docker\/config\.json$/, content: /"(?:auth|identitytoken)"\s*:\s*"[^"]/ },
  {
    kind: 'access_token',
    path: /\/(\.kube\/config|admin\.conf)$/,
    content: /(?:client-key-data|token|password):\s*\S/,
  },
  { kind: 'access_token', path: /\/\.(npmrc|pypirc)$/, content: /_authToken\s*=\s*[^\s$]|^\s*password\s*[:=]\s*\S/m },
  { kind: 'access_token', path: /\/\.vault-token$/ },
  {
    kind: 'access_token',
    content: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|glpat-[A-Za-z0-9_-]{20,}|xox[bp]-[A-Za-z0-9-]{20,})/,
  },
];

/**
 * What of secrets a file is or holds, each kind once: by its name, and by what its beginning says.
 * @param size of the whole file
 */
export function secretsIn(path: string, beginning: Buffer, size: number): readonly SecretKind[] {
  if (size > LONGEST || OF_SOFTWARE.test(path)) return [];
  const text = beginning.toString('latin1', 0, LOOKED_AT);
  const isHeld = ({ path: name, content }: Rule): boolean =>
    (name === undefined || name.test(path)) && (content === undefined || content.test(text));
  return [...new Set(RULES.filter(isHeld).map(({ kind }) => kind))];
}
