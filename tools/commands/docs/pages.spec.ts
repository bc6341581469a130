import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../places.ts';

const PAGES = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT })];

describe('the pages for people', () => {
  it.each(PAGES)('%s leads nowhere else than it says', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => join(dirname(page), link));
    const files = [...text.matchAll(/`((?:apps|libs|tools|docs)\/[\w./-]+\.\w+)`/g)].map(([, file = '']) => file);
    const missing = [...links, ...files].filter((path) => !path.includes('/dist/') && !existsSync(join(ROOT, path)));
    expect(missing).toEqual([]);
  });

  it('name every command of package.json that people run', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const said = PAGES.map((page) => readFileSync(join(ROOT, page), 'utf8')).join('\n');
    const commands = Object.keys(scripts).filter((name) => !/^(pre|post)/.test(name));
    const unsaid = commands.filter((name) => !new RegExp(`npm (run (-s )?)?${name}\\b`).test(said));
    expect(unsaid).toEqual([]);
  });
});
