/** Everybody who asks: `owner` and `reader` are of one project, `nobody` has no token. */
export const ROLES = ['owner', 'reader', 'accepted', 'pending', 'rejected', 'stranger', 'operator', 'nobody'] as const;
export type Role = (typeof ROLES)[number];

/** What is sent beside method and path. */
export interface Sent {
  /** JSON, or bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the answer must have beside its status. */
export interface Said {
  /** Headers, by their names in small letters; a pattern, or the text itself. */
  readonly headers?: Readonly<Record<string, string | RegExp>>;
  /** Parts of a body that is JSON. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** The stable code of a refusal. */
  readonly code?: string;
  /** Fields that are not there. */
  readonly absent?: readonly string[];
}

/**
 * One row of the table: a request, and what it is answered for whom. Names in braces are of things: `{active}` is one that
 * is there for all rows and is left as it is, `{new active}` one that is made for this request alone.
 */
export interface Row {
  readonly request: string;
  readonly statuses: Readonly<Partial<Record<Role, number>>>;
  readonly sent: Sent;
  readonly said: Said;
}

export function row(request: string, statuses: Row['statuses'], sent: Sent = {}, said: Said = {}): Row {
  return { request, statuses, sent, said };
}

/** A request of the owner's alone. */
export function owner(request: string, status: number, sent: Sent = {}, said: Said = {}): Row {
  return row(request, { owner: status }, sent, said);
}

export const PATCH_TYPE = 'application/openstack-images-v2.1-json-patch';
export const OLD_PATCH_TYPE = 'application/openstack-images-v2.0-json-patch';

/** Operations of a patch in the newer form. */
export function patch(...operations: readonly object[]): Sent {
  return { body: operations, headers: { 'content-type': PATCH_TYPE } };
}

/** A file, as clients send it. */
export function file(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Sent {
  return { body, headers: { 'content-type': 'application/octet-stream', ...headers } };
}
