import { describe, expect, it } from 'vitest';
import { ERRORS, EVENTS, imageName, refusal, refusalFrom, SUBSCRIPTIONS } from './index.ts';

describe('contracts', () => {
  it('names every event once, with its owner and version in the routing key', () => {
    const keys = EVENTS.map((event) => event.routingKey);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[a-z]+\.[A-Z][A-Za-z]+\.v\d+$/);
  });

  it('lets nobody listen to an event that nobody publishes', () => {
    for (const events of Object.values(SUBSCRIPTIONS)) {
      if (events !== 'every') for (const event of events) expect(EVENTS).toContain(event);
    }
  });

  it('gives every error code a remedy', () => {
    for (const entry of Object.values(ERRORS)) expect(entry.remedy).toMatch(/\.$/);
  });

  it('carries a refusal through JSON unchanged, and an unknown code as internal', () => {
    const original = refusal('quota.images_exceeded', 'No place left: 10 of 10 images.', { limit: 10, used: 10 });
    const copy = refusalFrom(JSON.parse(JSON.stringify(original.toDocument())));
    expect(copy.toDocument()).toEqual(original.toDocument());
    expect(refusalFrom({ ...original.toDocument(), code: 'made.up' }).code).toBe('internal');
  });

  it.each(['', '   ', 'a\nb', 'a\u0000b', 'a\u202eb', 'x'.repeat(256), '\ud800'])(
    'refuses %j as an image name',
    (name) => {
      expect(imageName.safeParse(name).success).toBe(false);
    },
  );

  it.each(['web-1', '镜像 甲', 'x'.repeat(255)])('accepts %j as an image name', (name) => {
    expect(imageName.safeParse(name).success).toBe(true);
  });
});
