import { ERRORS, type ErrorCode, refusal } from '@imago/contracts';
import { BadRequestException, ForbiddenException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { faultOf } from './fault.ts';

describe('a fault', () => {
  it.each<[ErrorCode, number]>([
    ['request.invalid', 400],
    ['auth.required', 401],
    ['auth.forbidden', 403],
    ['image.not_found', 404],
    ['request.method_not_allowed', 405],
    ['image.wrong_state', 409],
    ['quota.images_exceeded', 413],
    ['image.format_mismatch', 415],
    ['range.not_satisfiable', 416],
    ['internal', 500],
    ['service.unavailable', 503],
    ['request.timeout', 504],
  ])('answers %s with %d', (code, status) => {
    expect(faultOf(refusal(code, 'said')).status).toBe(status);
  });

  it('has an error status for every code', () => {
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      expect(faultOf(refusal(code, 'said')).status).toBeGreaterThanOrEqual(400);
    }
  });

  it.each([
    [new NotFoundException('Cannot GET /secret'), 404, 'request.not_found'],
    [new BadRequestException('Unexpected token s in secret'), 400, 'request.invalid'],
    [Object.assign(new Error('secret'), { expose: true, status: 413 }), 413, 'request.too_large'],
    [new ForbiddenException('secret'), 500, 'internal'],
    [new Error('secret'), 500, 'internal'],
    ['secret', 500, 'internal'],
  ])('never repeats what the framework or a bug says: %s', (thrown, status, code) => {
    const fault = faultOf(thrown);
    expect(fault).toMatchObject({ status, refusal: { code } });
    expect(JSON.stringify(fault.refusal.toDocument())).not.toContain('secret');
    expect(fault.cause === undefined).toBe(status < 500);
  });
});
