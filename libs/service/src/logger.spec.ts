import { Logger } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { PinoLogger, rootLogger } from './logger.ts';

function logged(write: (logger: Logger) => void, level = 'info'): Record<string, unknown>[] {
  const lines: string[] = [];
  const pino = rootLogger('tests', level, { write: (line: string) => void lines.push(line) });
  const nest = new PinoLogger(pino);
  const logger = new Logger('Here');
  Object.defineProperty(logger, 'localInstance', { value: nest });
  write(logger);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  it('is one line of JSON with the service, the level in words and the name of the logger', () => {
    const [line, ...more] = logged((logger) => {
      logger.log('done');
    });
    expect(more).toEqual([]);
    expect(line).toMatchObject({ service: 'tests', level: 'info', context: 'Here', msg: 'done' });
  });

  it('keeps the fields of an object beside the text', () => {
    const [line] = logged((logger) => {
      logger.warn({ job_id: 'j1', correlation_id: 'c1' }, 'taken over');
    });
    expect(line).toMatchObject({ level: 'warn', job_id: 'j1', correlation_id: 'c1', msg: 'taken over' });
  });

  it('keeps the stack of an error, given either way', () => {
    const error = new Error('broken');
    const [one, two] = logged((logger) => {
      logger.error({ err: error }, 'a job failed');
      logger.error('a job failed', error.stack);
    });
    expect(one).toMatchObject({ msg: 'a job failed', err: { message: 'broken', stack: error.stack } });
    expect(two).toMatchObject({ msg: 'a job failed', stack: error.stack });
  });

  it('never writes secrets', () => {
    const text = JSON.stringify(
      logged((logger) => {
        logger.log(
          { password: 'hunter2', store: { secret_key: 'hunter2' }, headers: { 'x-auth-token': 'hunter2' } },
          'x',
        );
      }),
    );
    expect(text).not.toContain('hunter2');
  });
});
