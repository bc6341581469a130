import { createHash } from 'node:crypto';
import type { InfrastructureAddresses } from '@imago/infra';

/** The one line a keeper answers to whoever connects; a client keeps the connection open while it uses the servers. */
export type KeeperAnswer = { readonly addresses: InfrastructureAddresses } | { readonly error: string };

/**
 * Name of the keeper's socket, a Linux abstract one: it is gone with its process, so that a killed keeper leaves nothing
 * that looks alive, and only one keeper can hold it.
 */
export function keeperSocket(directory: string): string {
  return `\0imago-keeper-${createHash('sha256').update(directory).digest('hex').slice(0, 40)}`;
}
