import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { subjectsOf } from './attributes.ts';

const ID = '0199d1f0-0000-7000-8000-000000000001';

describe('what a span tells of a message', () => {
  it('are the ids of what it is about', () => {
    expect(subjectsOf({ image_id: ID, project_id: 'demo-a', name: 'web', job: { id: ID, phase: 'x' } })).toEqual({
      'imago.image.id': ID,
      'imago.project.id': 'demo-a',
      'imago.job.id': ID,
    });
  });

  it.each([
    ['no id', { image_id: 'a name, or a secret' }],
    ['very long', { image_id: 'a'.repeat(65) }],
    ['no text', { image_id: [ID], job: ID, server_id: 7 }],
    ['nothing', null],
  ])('is not what is %s', (_what, data) => {
    expect(subjectsOf(data)).toEqual({});
  });

  it('is never anything else, whatever the message is', () => {
    fc.assert(
      fc.property(fc.anything(), (data) => {
        for (const value of Object.values(subjectsOf(data))) expect(value).toMatch(/^[0-9A-Za-z-]{1,64}$/);
      }),
    );
  });
});
