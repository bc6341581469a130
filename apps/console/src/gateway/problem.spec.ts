import { describe, expect, it } from 'vitest';
import { problemOf } from './problem.ts';

describe('a refusal is told in the words of who refused', () => {
  it('of our own API', async () => {
    const problem = { code: 'job.not_found', detail: 'There is no such job.', remedy: 'Look.', request_id: 'req-1' };
    const response = Response.json(problem, { status: 404 });
    const { status, code, message, remedy, requestId } = await problemOf(response);
    expect({ status, code, detail: message, remedy, request_id: requestId }).toEqual({ status: 404, ...problem });
  });

  it('with what was wrong in which field', async () => {
    const errors = [{ path: 'min_disk', message: 'must be at most 1024' }, 'nonsense', { path: 'no message' }];
    const problem = { code: 'request.invalid', detail: 'The body is wrong.', errors };
    expect((await problemOf(Response.json(problem, { status: 400 }))).errors).toEqual(errors.slice(0, 1));
  });

  it('of Keystone’s', async () => {
    const headers = { 'x-imago-error-code': 'auth.invalid_credentials', 'x-openstack-request-id': 'req-2' };
    const body = { error: { code: 401, title: 'Unauthorized', message: 'The password is not right.' } };
    expect(await problemOf(Response.json(body, { status: 401, headers }))).toMatchObject({
      ...{ code: 'auth.invalid_credentials', message: 'The password is not right.', requestId: 'req-2', remedy: null },
    });
  });

  it.each(['<html>Bad Gateway</html>', '', '[]', '"no"', 'null'])('of what is no form at all: %j', async (body) => {
    const response = new Response(body, { status: 502, statusText: 'Bad Gateway' });
    expect(await problemOf(response)).toMatchObject({ status: 502, code: 'http', message: '502 Bad Gateway' });
  });
});
