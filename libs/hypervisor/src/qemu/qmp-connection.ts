import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/** Something that a machine tells without being asked. */
export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface QmpOptions {
  /** Milliseconds for the greeting and for every answer; the greeting waits until the clients before this one are gone. */
  readonly timeout: number;
  /** Milliseconds for the greeting alone. Infinity: it is waited for as long as the machine runs. */
  readonly greeting?: number;
  /** Ends the connection, also one that waits for its greeting. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: QmpEvent) => void;
}

/** The machine did not do what it was told, or is gone. */
export class QmpError extends Error {
  override readonly name = 'QmpError';
}

const message = z.union([
  z.object({ QMP: z.object({}) }),
  z.object({ event: z.string(), data: z.record(z.string(), z.unknown()).default({}) }),
  z.object({ return: z.unknown(), id: z.int().optional() }),
  z.object({ error: z.object({ desc: z.string() }), id: z.int().optional() }),
]);

/** No answer that is asked for here is nearly as long. */
const LONGEST_LINE = 1 << 20;
/** Milliseconds between two tries to get into the queue of a machine's clients. */
const QUEUE_INTERVAL = 10;

interface Question {
  readonly answered: (value: unknown) => void;
  readonly failed: (error: Error) => void;
}

/** One client of the monitor of a machine, which serves one at a time on each of its sockets. */
export class QmpConnection {
  readonly #socket: Socket;
  readonly #options: QmpOptions;
  readonly #questions = new Map<number, Question>();
  #greeted: Question | null = null;
  #asked = 0;
  #text = '';
  /** When the machine or anybody else has ended the connection. Never rejects. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket, options: QmpOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      this.#receive(chunk);
    });
    socket.on('error', () => undefined); // seen by 'close'
    this.closed = new Promise((done) => {
      socket.once('close', () => {
        this.#fail(new QmpError('The machine has ended the connection.'));
        done();
      });
    });
  }

  /** @throws QmpError when nobody answers there. */
  static async open(directory: string, name: string, options: QmpOptions): Promise<QmpConnection> {
    const connection = new QmpConnection(await connectIn(directory, name, options.timeout), options);
    const end = (): void => {
      connection.close();
    };
    options.signal?.addEventListener('abort', end, { once: true });
    void connection.closed.then(() => options.signal?.removeEventListener('abort', end));
    try {
      if (options.signal?.aborted === true) connection.close();
      await connection.#greeting();
      await connection.execute('qmp_capabilities');
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** @throws QmpError when the machine refuses, or gives no answer. */
  execute(command: string, parameters: object = {}): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    const answer = within(this.#options.timeout, command, (question) => {
      if (this.#socket.destroyed) question.failed(new QmpError('The machine has ended the connection.'));
      else this.#questions.set(id, question);
    });
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: parameters, id })}\n`);
    return answer.finally(() => this.#questions.delete(id));
  }

  close(): void {
    this.#socket.destroy();
  }

  #greeting(): Promise<unknown> {
    const { timeout, greeting = timeout } = this.#options;
    return within(greeting, 'the greeting', (question) => {
      if (this.#socket.destroyed) question.failed(new QmpError('The machine has ended the connection.'));
      else this.#greeted = question;
    });
  }

  #receive(chunk: string): void {
    this.#text += chunk;
    const lines = this.#text.split('\n');
    this.#text = lines.pop() ?? '';
    if (this.#text.length > LONGEST_LINE) this.#socket.destroy();
    for (const line of lines) if (line.trim() !== '') this.#hear(line);
  }

  #hear(line: string): void {
    const heard = message.safeParse(parseJson(line));
    if (!heard.success) {
      this.#socket.destroy();
      return;
    }
    const { data: said } = heard;
    if ('QMP' in said) this.#greeted?.answered(undefined);
    else if ('event' in said) this.#options.onEvent?.(said);
    else if ('error' in said) this.#questions.get(said.id ?? 0)?.failed(new QmpError(said.error.desc));
    else this.#questions.get(said.id ?? 0)?.answered(said.return);
  }

  #fail(error: Error): void {
    this.#greeted?.failed(error);
    for (const question of this.#questions.values()) question.failed(error);
  }
}

/** Waits for a place in the short queue of those who want to be served. */
async function connectIn(directory: string, name: string, timeout: number): Promise<Socket> {
  const end = performance.now() + timeout;
  const place = await open(directory, 'r').catch((error: unknown) => {
    throw new QmpError('The machine has no directory.', { cause: error });
  });
  try {
    for (;;) {
      try {
        return await connectAt(`/proc/self/fd/${place.fd}/${name}`);
      } catch (error) {
        const isBusy = (error as NodeJS.ErrnoException).code === 'EAGAIN' && performance.now() < end;
        if (!isBusy) throw new QmpError('The machine cannot be reached.', { cause: error });
      }
      await delay(QUEUE_INTERVAL);
    }
  } finally {
    await place.close();
  }
}

/** Through the open directory, since the path of a socket may be 107 bytes long and that of a checkout is longer. */
function connectAt(path: string): Promise<Socket> {
  return new Promise((done, failed) => {
    const socket = connect(path);
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      done(socket);
    });
  });
}

function within(timeout: number, what: string, ask: (question: Question) => void): Promise<unknown> {
  return new Promise((answered, failed) => {
    const timer = Number.isFinite(timeout)
      ? setTimeout(() => {
          failed(new QmpError(`The machine did not answer to ${what} in ${timeout} ms.`));
        }, timeout)
      : undefined;
    const settle =
      <Value>(end: (value: Value) => void) =>
      (value: Value): void => {
        clearTimeout(timer);
        end(value);
      };
    ask({ answered: settle(answered), failed: settle(failed) });
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
