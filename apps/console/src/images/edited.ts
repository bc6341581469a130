import type { Image } from './image.ts';

/** What an owner says of an image. */
export interface ImageWords {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly min_ram: number;
  /** Empty: nobody said. */
  readonly hw_firmware_type: string;
  readonly protected: boolean;
}

export interface Change {
  readonly op: 'add' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

export function wordsOfImage(image: Image): ImageWords {
  return {
    name: image.name ?? '',
    description: image.description ?? '',
    tags: image.tags,
    min_ram: image.min_ram,
    hw_firmware_type: image.hw_firmware_type ?? '',
    protected: image.protected,
  };
}

/** The changes that make one of the other, and nothing that is as it was. */
export function changesBetween(before: ImageWords, after: ImageWords): readonly Change[] {
  const names = Object.keys(before) as (keyof ImageWords)[];
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => {
      const path = `/${name}`;
      const isGone = after[name] === '' && name !== 'name';
      return isGone ? { op: 'remove', path } : { op: 'add', path, value: after[name] };
    });
}
