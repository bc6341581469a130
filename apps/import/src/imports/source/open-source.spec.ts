import { ERRORS } from '@imago/contracts';
import { INSPECTION_CODES, InspectionRefusal } from '@imago/disk-image';
import { describe, expect, it } from 'vitest';
import { inspectionFailure } from './open-source.ts';

describe('what a tenant is told of a refused file', () => {
  it.each(INSPECTION_CODES)('has %s in the registry, as a reason no other try changes', (code) => {
    expect(Object.keys(ERRORS)).toContain(code);
    expect(['unsupported', 'too_large']).toContain(ERRORS[code].kind);
  });

  it('is the code, the words and the place of the inspection, and what to do about it', () => {
    expect(inspectionFailure(new InspectionRefusal('image.backing_file', 'It names a backing file', 8))).toMatchObject({
      code: 'image.backing_file',
      message: 'It names a backing file',
      details: { offset: 8 },
      remedy: ERRORS['image.backing_file'].remedy,
    });
    expect(inspectionFailure(new InspectionRefusal('image.empty', 'Nothing'))).toMatchObject({ details: {} });
  });

  it('is nothing of an error that is not the file’s', () => {
    const error = new Error('connection reset');
    expect(inspectionFailure(error)).toBe(error);
  });
});
