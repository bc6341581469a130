/** What opens a URL and is nobody else's business: it is kept sealed, apart from the job, and gone with its end. */
export interface UrlSecrets {
  /** The query with its question mark, or nothing: in a presigned URL it is the key. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A URL in two: what is shown of it, and its query. */
export function splitUrl(url: URL): { readonly shown: string; readonly query: string } {
  return { shown: `${url.origin}${url.pathname}`, query: url.search };
}
