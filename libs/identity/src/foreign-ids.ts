import { z } from 'zod';

/** Ids of users and projects as other services have them. They stand in paths, keys and contexts, so nothing odd gets in. */
export const foreignProjectId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const foreignUserId = z.string().regex(/^[\x21-\x7e]{1,128}$/);
export const foreignName = z.string().min(1).max(255);

/** Longer tokens are not looked at. Keystone's have some 200 characters, those of OpenID Connect a thousand or two. */
const LONGEST_TOKEN = 8192;

/** Whether a text can be a token at all: short enough, and nothing that a header cannot carry. */
export function canBeToken(token: string): boolean {
  return token.length <= LONGEST_TOKEN && /^[\x21-\x7e]+$/.test(token);
}
