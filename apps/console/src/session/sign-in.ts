import { problemOf } from '../gateway/problem.ts';
import type { Session } from './session.ts';

export interface Credentials {
  readonly name: string;
  readonly password: string;
  /** Empty: the user's own. */
  readonly project: string;
}

/** The parts of Keystone's description of a token that are used here. */
interface TokenDocument {
  readonly token: {
    readonly user: { readonly name: string };
    readonly project: { readonly id: string; readonly name: string };
    readonly roles: readonly { readonly name: string }[];
    readonly expires_at: string;
    readonly catalog: readonly { readonly type: string; readonly endpoints: readonly { readonly region: string }[] }[];
  };
}

/** Path of the tokens, as Keystone has it. */
const TOKENS = '/v3/auth/tokens';

/**
 * A session of its own for these credentials.
 * @throws Problem
 */
export async function signIn({ name, password, project }: Credentials): Promise<Session> {
  const domain = { id: 'default' };
  const identity = { methods: ['password'], password: { user: { name, domain, password } } };
  const scope = project === '' ? {} : { scope: { project: { name: project, domain } } };
  const response = await fetch(TOKENS, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, ...scope } }),
    cache: 'no-store',
  });
  const token = response.headers.get('x-subject-token');
  if (!response.ok || token === null) throw await problemOf(response);
  const { token: described } = (await response.json()) as TokenDocument;
  const images = described.catalog.find(({ type }) => type === 'image');
  return {
    token,
    user: described.user.name,
    project: described.project.name,
    project_id: described.project.id,
    roles: described.roles.map((role) => role.name),
    regions: [...new Set(images?.endpoints.map(({ region }) => region) ?? [])],
    expires_at: described.expires_at,
  };
}

/** Makes the token good for nothing. Whether it is heard does not matter to who leaves: the token ends by itself soon. */
export function signOut({ token }: Session): void {
  const headers = { 'x-auth-token': token, 'x-subject-token': token };
  void fetch(TOKENS, { method: 'DELETE', headers, keepalive: true }).catch(() => undefined);
}
