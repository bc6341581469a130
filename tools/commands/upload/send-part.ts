import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { SignedPart } from '@imago/contracts';
import { type Door, pauseBefore } from './door.ts';

/** One part of the file with its bytes. */
export interface Part {
  readonly part_number: number;
  readonly md5: string;
  readonly bytes: Buffer;
}

/** Tries of one part. */
const TRIES = 12;
/** Milliseconds one part may take, on a slow line too. */
const PATIENCE = 30 * 60_000;

/** Says what parts hold; answers what the store has of them, and where the others go. */
export async function signedParts(
  door: Door,
  uploadId: string,
  parts: readonly Pick<Part, 'part_number' | 'md5'>[],
): Promise<readonly SignedPart[]> {
  const body = { parts: parts.map(({ part_number, md5 }) => ({ part_number, md5 })) };
  return (await door.ask<{ parts: SignedPart[] }>('POST', `/v1/uploads/${uploadId}/part-urls`, body)).parts;
}

/**
 * Sends one part until the store has it. A URL that expired, or a part that was damaged on its way, is asked for anew.
 * @returns whether something had to be sent
 */
export async function sendPart(door: Door, uploadId: string, part: Part, signal: AbortSignal): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const [signed] = await signedParts(door, uploadId, [part]);
    if (signed === undefined || signed.url === null) return attempt > 1;
    const refusal = await put(signed.url, signed.headers, part, signal);
    if (refusal === null) return true;
    signal.throwIfAborted();
    if (attempt === TRIES) throw new Error(`Part ${part.part_number} cannot be sent: ${refusal}`);
    await delay(pauseBefore(attempt), undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

/** Null when the store has taken it; else why it has not. */
async function put(
  url: string,
  headers: Readonly<Record<string, string>>,
  { bytes }: Part,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);
    const response = await sent(url, headers, bytes, until);
    const said = await text(response);
    if (response.statusCode === 200) return null;
    return `the store answered with ${response.statusCode ?? 0} ${/<Code>(\w+)/.exec(said)?.[1] ?? ''}`;
  } catch (error) {
    if (!(error instanceof Error)) return String(error);
    return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
  }
}

/** Not by `fetch`: that sends a copy of the bytes, and four parts on their way would be eight in memory. */
async function sent(
  url: string,
  headers: Readonly<Record<string, string>>,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const request = send(url, { method: 'PUT', headers: { ...headers, 'content-length': bytes.length }, signal });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  request.on('error', () => undefined); // after the answer, what it had no patience for
  request.end(bytes);
  const [response] = await answered;
  return response;
}
