import { Unreadable } from '../disk/unreadable.ts';

/** A value of LVM's metadata. */
export type LvmValue = string | number | readonly (string | number)[] | LvmSection;
/** A section of LVM's metadata, by names. */
export interface LvmSection {
  readonly values: ReadonlyMap<string, LvmValue>;
}

/** A text that does not end takes all that follows, so that no part of it is looked at twice. */
const TOKEN = /\s+|#[^\n]*|"(?:[^"\\]|\\.)*"?|[[\]{}=,]|[^\s"[\]{}=,#]+/g;
const MOST_TOKENS = 100_000;
const DEEPEST = 8;

/** LVM's metadata as it is written: sections in braces, and `name = value`. Throws Unreadable. */
export function parseLvmText(text: string): LvmSection {
  const reader = new TokenReader(text);
  return sectionOf(reader, 0);
}

class TokenReader {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(text: string) {
    for (const [token] of text.matchAll(TOKEN)) {
      if (/^[\s#]/.test(token)) continue;
      this.tokens.push(token);
      if (this.tokens.length > MOST_TOKENS) throw damaged();
    }
  }

  peek(): string | undefined {
    return this.tokens[this.at];
  }

  take(): string {
    const token = this.tokens[this.at];
    this.at += 1;
    if (token === undefined) throw damaged();
    return token;
  }

  expect(wanted: string): void {
    if (this.take() !== wanted) throw damaged();
  }
}

function sectionOf(reader: TokenReader, depth: number): LvmSection {
  if (depth > DEEPEST) throw damaged();
  const values = new Map<string, LvmValue>();
  while (reader.peek() !== undefined && reader.peek() !== '}') {
    const name = reader.take();
    const follows = reader.take();
    if (follows === '{') {
      values.set(name, sectionOf(reader, depth + 1));
      reader.expect('}');
    } else if (follows === '=') {
      values.set(name, valueOf(reader));
    } else {
      throw damaged();
    }
  }
  return { values };
}

function valueOf(reader: TokenReader): LvmValue {
  if (reader.peek() !== '[') return scalarOf(reader.take());
  reader.expect('[');
  const list: (string | number)[] = [];
  while (reader.peek() !== ']') {
    const token = reader.take();
    if (token !== ',') list.push(scalarOf(token));
  }
  reader.expect(']');
  return list;
}

function scalarOf(token: string): string | number {
  if (token.startsWith('"')) return token.slice(1, -1);
  const number = Number(token);
  return Number.isNaN(number) ? token : number;
}

/** What a section has by a name, if it is a section. */
export function sectionIn({ values }: LvmSection, name: string): LvmSection {
  const found = values.get(name);
  if (typeof found === 'object' && 'values' in found && !Array.isArray(found)) return found as LvmSection;
  return { values: new Map() };
}

/** The sections of a section, by their names. */
export function sectionsIn(section: LvmSection): [string, LvmSection][] {
  return [...section.values.keys()]
    .map((name): [string, LvmSection] => [name, sectionIn(section, name)])
    .filter(([, { values }]) => values.size > 0);
}

/** A whole number that is not negative. Throws Unreadable. */
export function numberIn({ values }: LvmSection, name: string): number {
  const found = values.get(name);
  if (typeof found !== 'number' || !Number.isSafeInteger(found) || found < 0) throw damaged();
  return found;
}

/** A text; empty when there is none. */
export function textIn({ values }: LvmSection, name: string): string {
  const found = values.get(name);
  return typeof found === 'string' ? found : '';
}

function damaged(): Unreadable {
  return new Unreadable('The metadata of LVM is damaged');
}
