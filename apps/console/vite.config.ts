import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const ASYNCAPI = join(import.meta.dirname, '../../docs/asyncapi.json');

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [react(), compressed()],
  define: { EVENT_TYPES: JSON.stringify(eventTypes()) },
  // The gateway puts a new value in its place in every page it sends, and in the policy that comes with it.
  html: { cspNonce: 'IMAGO_CSP_NONCE' },
  build: { target: 'es2023', modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 },
});

/** From the page that is made of the contracts: contracts themselves would have to be built first. */
function eventTypes(): readonly string[] {
  const { components } = JSON.parse(readFileSync(ASYNCAPI, 'utf8')) as {
    components: { messages: Record<string, object> };
  };
  return [...new Set(Object.keys(components.messages).map((name) => name.split('.')[1] ?? name))].sort();
}

/** Beside every text the same compressed: the gateway sends it as it is. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      const texts = Object.keys(bundle).filter((name) => /\.(js|css)$/.test(name));
      await Promise.all(
        texts.map(async (name) => {
          const whole = await readFile(join(dir, name));
          await writeFile(join(dir, `${name}.gz`), await promisify(gzip)(whole, { level: 9 }));
        }),
      );
    },
  };
}
