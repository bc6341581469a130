/** Somebody who is signed in, for this tab and no longer. */
export interface Session {
  readonly token: string;
  readonly user: string;
  readonly project: string;
  readonly project_id: string;
  readonly roles: readonly string[];
  /** Of the cloud. */
  readonly regions: readonly string[];
  readonly expires_at: string;
}

/** Who runs the service; some pages are for them alone. */
export function isOperator(session: Session): boolean {
  return session.roles.includes('admin');
}
