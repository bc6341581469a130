/** The store answered, and did not take the part. */
export class StoreRefusalError extends Error {
  override readonly name = 'StoreRefusalError';
  readonly status: number;
  /** The store's own word for it; empty where it has none. */
  readonly code: string;

  constructor(status: number, code: string) {
    super(`${status} ${code}`.trim());
    this.status = status;
    this.code = code;
  }
}

/** Nobody answered: the line is cut, or the store does not let this page send to it. */
export class StoreUnreachableError extends Error {
  override readonly name = 'StoreUnreachableError';
}

export interface PartRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Blob;
  readonly signal: AbortSignal;
  /** Told how many bytes have left so far. */
  readonly onSent: (bytes: number) => void;
}

/** @throws StoreRefusalError | StoreUnreachableError | what the signal says */
export type PutPart = (request: PartRequest) => Promise<void>;

/** Sends a part to the store. Not by `fetch`, which does not tell how far it is. */
export const putPart: PutPart = ({ url, headers, bytes, signal, onSent }) =>
  new Promise((sent, failed) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const abort = (): void => {
      request.abort();
    };
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded }) => {
      onSent(loaded);
    });
    request.addEventListener('load', () => {
      if (request.status === 200) sent();
      else failed(new StoreRefusalError(request.status, /<Code>(\w+)/.exec(request.responseText)?.[1] ?? ''));
    });
    request.addEventListener('error', () => {
      failed(new StoreUnreachableError('The store cannot be reached.'));
    });
    request.addEventListener('abort', () => {
      failed(signal.reason as Error);
    });
    request.addEventListener('loadend', () => {
      signal.removeEventListener('abort', abort);
    });
    signal.addEventListener('abort', abort);
    request.send(bytes);
  });
