import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '@imago/contracts';
import type { DiskExport } from '@imago/hypervisor';
import { Controller, Get, Inject, Logger, Param, Req, Res } from '@nestjs/common';
import { COMPUTE_CONFIG } from '../config-token.ts';
import type { ComputeConfig } from '../config.ts';
import { ServerLocks } from '../locks/server-locks.ts';
import { type ByteRange, parseRange } from './byte-range.ts';
import { diskError, DiskExports, DiskWrittenError, noSuchExport } from './disk-exports.ts';
import type { DiskLock } from './export-places.ts';
import { opensExport } from './export-token.ts';
import { sendRange } from './send-range.ts';

/** Gives locked disks out to whoever has the token of their lock. Everybody else finds nothing here. */
@Controller('exports')
export class ExportsController {
  readonly #logger = new Logger(ExportsController.name);

  constructor(
    private readonly exports: DiskExports,
    private readonly locks: ServerLocks,
    @Inject(COMPUTE_CONFIG) private readonly config: ComputeConfig,
  ) {}

  @Get(':lock_id/:disk_id/map')
  async map(@Param() of: DiskLock, @Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    await this.#answer(of, request, response, async (signal) => {
      const changed = await this.exports.use(of, (disk) => disk.changed());
      signal.throwIfAborted();
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ changed: changed.map(({ offset, length }) => [offset, length]) }));
    });
  }

  @Get(':lock_id/:disk_id/data')
  async data(@Param() of: DiskLock, @Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    await this.#answer(of, request, response, (gone) =>
      this.exports.use(of, async (disk, over) => {
        const cut = (): unknown => response.destroy(); // at once, whatever is being read
        over.addEventListener('abort', cut, { once: true });
        try {
          await sendDisk(request, response, { disk, signal: AbortSignal.any([gone, over]) });
        } finally {
          over.removeEventListener('abort', cut);
        }
      }),
    );
  }

  /** A body that cannot be finished is cut off: that it is not whole can be told no other way. */
  async #answer(
    { lock_id }: DiskLock,
    request: IncomingMessage,
    response: ServerResponse,
    work: (gone: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const token = /^Bearer (.{1,200})$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!opensExport(token, lock_id, this.config.IMAGO_CONTEXT_KEY)) throw noSuchExport();
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort(new Error('Nobody takes the bytes any more'));
    });
    try {
      await work(gone.signal);
    } catch (error) {
      const refused = await this.#refusalOf(lock_id, error);
      if (gone.signal.aborted) return;
      if (!response.headersSent) throw refused;
      response.destroy();
    }
  }

  /** What is said to whoever reads; what exactly is wrong is for the log. */
  async #refusalOf(lockId: string, error: unknown): Promise<unknown> {
    if (error instanceof DomainError) return error;
    if (error instanceof DiskWrittenError) {
      await this.locks.lose(lockId);
      return noSuchExport();
    }
    this.#logger.error({ lock_id: lockId, err: error }, 'a locked disk cannot be read');
    return diskError();
  }
}

/** @throws Refusal range.not_satisfiable, and what the reading says */
async function sendDisk(
  request: IncomingMessage,
  response: ServerResponse,
  { disk, signal }: { readonly disk: DiskExport; readonly signal: AbortSignal },
): Promise<void> {
  const range = rangeOf(request, response, disk.size);
  await sendRange(response, {
    read: (offset, target) => disk.read(offset, target, signal),
    range,
    signal,
    begin: () => {
      const last = range.offset + range.length - 1;
      response.statusCode = 206;
      response.setHeader('Accept-Ranges', 'bytes');
      response.setHeader('Content-Type', 'application/octet-stream');
      response.setHeader('Content-Length', range.length);
      response.setHeader('Content-Range', `bytes ${range.offset}-${last}/${disk.size}`);
    },
  });
}

/** @throws Refusal range.not_satisfiable */
function rangeOf({ headers }: IncomingMessage, response: ServerResponse, size: number): ByteRange {
  try {
    return parseRange(headers.range, size);
  } catch (error) {
    response.setHeader('Content-Range', `bytes */${size}`);
    throw error;
  }
}
