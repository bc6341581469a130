import { traceFields } from '@imago/tracing';
import type { LoggerService } from '@nestjs/common';
import { destination, type DestinationStream, type Logger, pino } from 'pino';

/** Nest's own start-up talk, one line per route and module: nothing an operator needs. */
const TALKATIVE = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'NestMicroservice',
]);

/** Paths whose value is never written, whoever logs the object. */
const SECRETS = ['password', 'secret_key', 'token', 'authorization', 'headers', 'body'].flatMap((name) => [
  name,
  `*.${name}`,
]);

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * The log of a process: JSON, one line per outcome, with the trace and span it was written in. Written synchronously, so
 * that the line that explains a crash is not lost in it.
 */
export function rootLogger(service: string, level: string, stream?: DestinationStream): Logger {
  const options = {
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: SECRETS,
    mixin: traceFields,
  };
  return pino(options, stream ?? destination({ dest: 1, sync: true }));
}

/**
 * Lets Nest's `Logger` write to pino: `logger.log('text')`, `logger.log({ job_id }, 'text')` and
 * `logger.error('text', error.stack)` all become one line, with the logger's name as `context`.
 */
export class PinoLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  private write(level: Level, message: unknown, rest: readonly unknown[]): void {
    // Nest appends the logger's name as the last parameter.
    const texts = rest.filter((each) => typeof each === 'string');
    const context = texts.at(-1);
    const others = texts.slice(0, -1);
    const stack = others.find((text) => text.includes('\n    at '));
    const text = others.find((each) => each !== stack);
    const line = typeof message === 'object' && message !== null ? fieldsOf(message) : {};
    const said =
      typeof message === 'object' ? text : [textOf(message), text].filter((each) => each !== undefined).join(' ');
    const quiet = level === 'info' && context !== undefined && TALKATIVE.has(context);
    this.pino[quiet ? 'debug' : level]({ context, stack, ...line }, said);
  }
}

function textOf(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}

function fieldsOf(message: object): object {
  return message instanceof Error ? { err: message } : message;
}
