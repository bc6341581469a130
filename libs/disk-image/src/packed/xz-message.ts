/** What an xz thread says. */
export type XzMessage =
  /** It wants the next bytes of the packed file; they are sent to it, and null when there are none any more. */
  | { readonly type: 'wants' }
  /** Bytes that came out; it goes on when it is told `taken`. */
  | { readonly type: 'unpacked'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'ended' }
  | { readonly type: 'failed'; readonly reason: string };

/** What an xz thread is told. */
export type XzOrder =
  | { readonly type: 'packed'; readonly bytes: Uint8Array<ArrayBuffer> | null }
  | { readonly type: 'taken' };
