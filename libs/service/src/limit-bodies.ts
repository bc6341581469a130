import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';

export interface BodyTimes {
  /** Milliseconds for a whole request that is not streamed. */
  readonly whole_ms: number;
  /** Milliseconds to end a request, streamed or not, that has been answered. */
  readonly parting_ms: number;
}

/**
 * Express middleware, in the place of Node's one limit for all: bodies that are streamed take as long as they flow, the
 * others have their time, and nobody goes on sending what was refused.
 */
export function limitBodies(streamed: (request: IncomingMessage) => boolean, { whole_ms, parting_ms }: BodyTimes) {
  return (request: Request, response: Response, next: NextFunction): void => {
    let timer: NodeJS.Timeout | undefined;
    const endAfter = (milliseconds: number): void => {
      if (request.complete) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (!request.complete) request.socket.destroy();
      }, milliseconds);
    };
    if (!streamed(request)) endAfter(whole_ms);
    response.once('finish', () => {
      endAfter(parting_ms);
    });
    for (const end of ['end', 'close'] as const) {
      request.once(end, () => {
        clearTimeout(timer);
      });
    }
    next();
  };
}
