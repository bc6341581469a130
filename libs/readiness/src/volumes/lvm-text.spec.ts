import { describe, expect, it } from 'vitest';
import { Unreadable } from '../disk/unreadable.ts';
import { numberIn, parseLvmText, sectionIn, textIn } from './lvm-text.ts';

describe('the metadata of LVM', () => {
  it('has sections, texts, numbers and lists', () => {
    const group = sectionIn(parseLvmText('vg { # one\n size = 3\n name = "a b"\n list = ["x", 4] }'), 'vg');
    expect([numberIn(group, 'size'), textIn(group, 'name'), group.values.get('list')]).toEqual([3, 'a b', ['x', 4]]);
  });

  it.each(['vg {', 'vg = [1,', 'vg vg vg', '} a', 'a{'.repeat(20), '= = ='])('is unreadable as %s', (text) => {
    expect(() => numberIn(parseLvmText(text), 'vg')).toThrow(Unreadable);
  });

  it('is given up quickly when none of its texts end', () => {
    const started = performance.now();
    expect(() => parseLvmText('"\\'.repeat(500_000))).toThrow(Unreadable);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
