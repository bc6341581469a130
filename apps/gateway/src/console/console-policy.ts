/**
 * What the page may do, in the words of Content-Security-Policy: run our own scripts, talk to us and to the stores, which
 * take what it uploads, and nothing else. Its components write their styles into the page while it runs; those carry the
 * value that is good for this page alone.
 */
export function consolePolicy(nonce: string, stores: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    ["connect-src 'self'", ...new Set(stores.map((store) => new URL(store).origin))].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
