/** What a scanner says of one file. */
export type Verdict =
  | { readonly type: 'clean' }
  | { readonly type: 'malware'; readonly signature: string }
  /** It unpacks to more, or more deeply, than the scanner looks at. */
  | { readonly type: 'limits' }
  /** The scanner could not judge it. */
  | { readonly type: 'failed' };

/** What judges files that are streamed to it. */
export interface FileJudge {
  /** @throws ScannerDiedError when it ended over this file, and what the chunks and the signal throw, as it came. */
  judge(chunks: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Verdict>;
}

/** The scanner is gone, or does not answer; the next file finds another one. */
export class ScannerDiedError extends Error {
  override readonly name = 'ScannerDiedError';
}
