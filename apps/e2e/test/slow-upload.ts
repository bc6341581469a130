import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

/** What an upload was answered; null when its connection broke. */
export type UploadAnswer = { readonly status: number; readonly text: string } | null;

/** A file that is sent as a test likes, chunked as OpenStack's own client sends it. */
export class SlowUpload {
  readonly answer: Promise<UploadAnswer>;
  readonly #request: ClientRequest;

  constructor(gateway: string, imageId: string, token: string) {
    const headers = { 'x-auth-token': token, 'content-type': 'application/octet-stream' };
    this.#request = request(`${gateway}/v2/images/${imageId}/file`, { method: 'PUT', headers });
    this.#request.on('error', () => undefined);
    this.answer = this.#answered().catch(() => null);
  }

  async write(bytes: Buffer): Promise<void> {
    if (!this.#request.write(bytes)) await Promise.race([once(this.#request, 'drain'), this.answer]);
  }

  end(): Promise<UploadAnswer> {
    this.#request.end();
    return this.answer;
  }

  /** The client goes away. */
  cut(): void {
    this.#request.destroy();
  }

  async #answered(): Promise<UploadAnswer> {
    const [response] = (await once(this.#request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
    return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
  }
}
