import { describe, expect, it } from 'vitest';
import { type Memory, RememberedFiles } from './remembered-files.ts';

function memoryOf(text: string | null): Memory & { text: string | null } {
  return {
    text,
    getItem() {
      return this.text;
    },
    setItem(_key, value) {
      this.text = value;
    },
  };
}

describe('a file that is being sent', () => {
  it('is remembered over a reload, until it is forgotten', () => {
    const memory = memoryOf(null);
    new RememberedFiles(memory).remember('a', 5);
    new RememberedFiles(memory).remember('b', 6);
    const files = new RememberedFiles(memory);
    expect([files.lastModifiedOf('a'), files.lastModifiedOf('b'), files.lastModifiedOf('c')]).toEqual([5, 6, null]);
    files.forget('a');
    expect([files.lastModifiedOf('a'), files.lastModifiedOf('b')]).toEqual([null, 6]);
  });

  it('is remembered once, and not for ever', () => {
    const files = new RememberedFiles(memoryOf(null));
    files.remember('a', 1);
    for (let number = 0; number < 19; number++) files.remember(String(number), number);
    files.remember('a', 2);
    files.remember('new', 3);
    expect([files.lastModifiedOf('a'), files.lastModifiedOf('0'), files.lastModifiedOf('new')]).toEqual([2, null, 3]);
  });

  it.each(['', 'null', '{', '[1, null, {"upload_id": 7}]', '{"a": 1}'])(
    'is not known where memory holds something else: %s',
    (text) => {
      const files = new RememberedFiles(memoryOf(text));
      expect(files.lastModifiedOf('a')).toBeNull();
      files.remember('a', 1);
      expect(files.lastModifiedOf('a')).toBe(1);
    },
  );

  it('needs no memory at all', () => {
    const refusing = { getItem: () => null, setItem: refuse };
    expect(() => {
      new RememberedFiles(refusing).remember('a', 1);
    }).not.toThrow();
  });
});

function refuse(): never {
  throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
}
