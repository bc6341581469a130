import { ProvisionError } from './provision-error.ts';

/**
 * What a test needs and Imago does not, or null where it cannot be had. Then what is not tested is told so loudly that
 * nobody takes the silence for a success.
 */
export async function providedOrTold<T>(what: string, provide: () => Promise<T>): Promise<T | null> {
  try {
    return await provide();
  } catch (error) {
    if (!(error instanceof ProvisionError)) throw error;
    const line = '!'.repeat(100);
    process.stderr.write(`${line}\nNOT TESTED: ${what}. ${error.message}\n${line}\n`);
    return null;
  }
}
