import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { refusal } from '@imago/contracts';
import express, { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express';
import { consolePolicy } from './console-policy.ts';

/** What the build wrote where the value of each page belongs; see vite.config.ts of the console. */
const NONCE = /IMAGO_CSP_NONCE/g;

/** Names with a hash of their content in them: what they once are, they stay. */
const ASSETS = '/assets';
const ASSET_OPTIONS = { index: false, redirect: false, immutable: true, maxAge: '1y' } as const;

/** Texts that the build has compressed. */
const COMPRESSED = /^\/[\w.-]+\.(?:js|css)$/;

/**
 * The built console below the path it is mounted at: its files, and its page for every other path, which is the page's
 * own business; it may talk to the stores. Open to everybody, since there is nothing of anybody's in it. It may be built, or built again, while the
 * gateway runs.
 */
export function consoleFiles(directory: string, stores: readonly string[]): RequestHandler {
  const router = Router({ caseSensitive: true });
  router.use(readOnly);
  router.use(ASSETS, compressed(join(directory, 'assets')), express.static(join(directory, 'assets'), ASSET_OPTIONS));
  router.use(ASSETS, () => {
    throw refusal('request.not_found', 'There is no such file of the console.');
  });
  router.use(page(directory, stores));
  return router;
}

/** Sends browsers from the address people type to the console, when there is one; programs get what they ask for. */
export function consoleFor(directory: string): RequestHandler {
  return async (request, response, next) => {
    const isBrowser = request.method === 'GET' && request.path === '/' && request.get('accept')?.includes('text/html');
    if (isBrowser === true && (await builtPage(directory)) !== null) response.redirect('console/');
    else next();
  };
}

function readOnly(request: Request, response: Response, next: NextFunction): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    throw refusal('request.method_not_allowed', 'The console is only read.', { allow: ['GET', 'HEAD'] });
  }
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
}

/** A file's compressed twin for who can read it; without one, the next in line sends the file as it is. */
function compressed(directory: string): RequestHandler {
  const files = express.static(directory, {
    ...ASSET_OPTIONS,
    setHeaders: (response, path) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.type(extname(path.replace(/\.gz$/, '')));
    },
  });
  return (request, response, next) => {
    response.vary('Accept-Encoding');
    const { url } = request;
    if (!COMPRESSED.test(request.path) || request.acceptsEncodings('gzip') !== 'gzip') {
      next();
      return;
    }
    request.url = `${request.path}.gz`;
    files(request, response, (error?: unknown) => {
      request.url = url;
      next(error);
    });
  };
}

function page(directory: string, stores: readonly string[]): RequestHandler {
  return async (request, response) => {
    const text = await builtPage(directory);
    if (text === null) throw refusal('console.not_built', 'There is no console here.');
    if (request.path === '/' && !request.originalUrl.replace(/\?.*$/s, '').endsWith('/')) {
      response.redirect(308, `${request.baseUrl}/`);
      return;
    }
    const nonce = randomBytes(18).toString('base64');
    response.setHeader('Content-Security-Policy', consolePolicy(nonce, stores));
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.type('html').send(text.replace(NONCE, nonce));
  };
}

/** Read each time: it is small, and a new build has to be seen. Null: there is none. */
async function builtPage(directory: string): Promise<string | null> {
  try {
    return await readFile(join(directory, 'index.html'), 'utf8');
  } catch {
    return null;
  }
}
