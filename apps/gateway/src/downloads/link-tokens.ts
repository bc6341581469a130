import { type DownloadLink, verifyDownloadLink } from '@imago/identity';

/** Knows the tokens of links that the export service has signed. */
export class LinkTokens {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** @throws Refusal link.invalid, link.expired */
  verify(token: string): DownloadLink {
    return verifyDownloadLink(token, this.#key);
  }
}
