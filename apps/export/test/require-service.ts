import { refusal } from '@imago/contracts';

/** What only services may ask. */
export function requireService(roles: readonly string[]): void {
  if (!roles.includes('service')) throw refusal('auth.forbidden', 'Only services may do this.');
}
