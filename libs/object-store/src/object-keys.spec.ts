import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { IMAGES_PREFIX, imageObjectKey, indexKey } from './object-keys.ts';

describe('the keys of stored images', () => {
  const image = randomUUID();

  it('name what belongs to an object by its key as prefix, and nothing else', () => {
    const key = imageObjectKey(image, randomUUID());
    const other = imageObjectKey(image, randomUUID());
    expect(key.startsWith(IMAGES_PREFIX)).toBe(true);
    expect(indexKey(key).startsWith(key)).toBe(true);
    expect(other.startsWith(key)).toBe(false);
    expect(indexKey(other).startsWith(key)).toBe(false);
  });

  it.each(['', '..', 'a/b', `${randomUUID()}/x`, `${randomUUID()}0`, randomUUID().toUpperCase()])(
    'cannot be made of %j',
    (text) => {
      expect(() => imageObjectKey(text, randomUUID())).toThrow('object key');
      expect(() => imageObjectKey(image, text)).toThrow('object key');
    },
  );
});
