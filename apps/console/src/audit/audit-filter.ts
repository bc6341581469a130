/** What of the log is shown. */
export interface AuditFilter {
  readonly types: readonly string[];
  readonly subject: string;
  readonly project: string;
}

/** As the address of the page says it. */
export function readFilter(search: URLSearchParams): AuditFilter {
  return {
    types: search.getAll('type'),
    subject: search.get('subject') ?? '',
    project: search.get('project') ?? '',
  };
}

export function writeFilter({ types, subject, project }: AuditFilter): URLSearchParams {
  const search = new URLSearchParams(types.map((type): [string, string] => ['type', type]));
  if (subject !== '') search.set('subject', subject);
  if (project !== '') search.set('project', project);
  return search;
}
