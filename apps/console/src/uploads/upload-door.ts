/** An upload as the gateway shows it, as far as it is looked at here. */
export interface Upload {
  readonly id: string;
  readonly name: string | null;
  readonly fingerprint: string | null;
  readonly state: 'open' | 'completing' | 'completed' | 'imported' | 'failed' | 'abandoned';
  /** Bytes of the file, decimal. */
  readonly size: string;
  readonly part_size: number;
  readonly error: { readonly code: string; readonly message: string; readonly remedy: string } | null;
  readonly created_at: string;
  readonly expires_at: string | null;
}

/** The same, with what the store has of it. */
export interface UploadInStore extends Upload {
  readonly bytes_stored: string;
  readonly missing_parts: readonly number[];
}

export interface DeclaredPart {
  readonly part_number: number;
  readonly md5: string;
}

/** Where a part goes; no URL when the store has these very bytes. */
export interface SignedPart {
  readonly part_number: number;
  readonly stored: boolean;
  readonly url: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface NewUpload {
  readonly name: string;
  readonly size: number;
  readonly part_size: number;
  readonly fingerprint: string;
}

/** What is asked of the gateway while a file is sent; all of it may be asked twice. What is refused is thrown as a Problem. */
export interface UploadDoor {
  /** Open uploads of this file, the newest first. */
  find(fingerprint: string, signal: AbortSignal): Promise<readonly Upload[]>;
  start(wanted: NewUpload, key: string, signal: AbortSignal): Promise<Upload>;
  show(id: string, signal: AbortSignal): Promise<UploadInStore>;
  /** At most {@link DECLARED_AT_ONCE} parts. */
  sign(id: string, parts: readonly DeclaredPart[], signal: AbortSignal): Promise<readonly SignedPart[]>;
  complete(id: string, signal: AbortSignal): Promise<Upload>;
  delete(id: string): Promise<void>;
}

/** Parts the gateway takes in one request. */
export const DECLARED_AT_ONCE = 100;
