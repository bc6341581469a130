import { PACKAGE_CACHE, provideChromium, ProvisionError } from '@imago/infra';
import { type Browser, chromium } from 'playwright-core';

/** Quiet: it asks nobody but our own gateway, and needs nothing that a container may not have. */
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
/** Milliseconds it may take to be fetched. */
const FETCH = 300_000;

/** Path of a real Chromium. Null where it cannot be had, which is said so loudly that nobody takes it for a success. */
export async function chromiumHere(): Promise<string | null> {
  const cache = { directory: PACKAGE_CACHE, signal: AbortSignal.timeout(FETCH), report: () => undefined };
  try {
    return await provideChromium({ cache, forcePrivate: false });
  } catch (error) {
    if (!(error instanceof ProvisionError)) throw error;
    const line = '!'.repeat(100);
    process.stderr.write(`${line}\nNOT TESTED: the console in a browser. ${error.message}\n${line}\n`);
    return null;
  }
}

export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: SWITCHES });
}
