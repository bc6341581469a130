import pg from 'pg';

/** What a prepared statement begins with; to Postgres a comment. */
const MARK = '/* prepared */ ';

/** Statements a connection keeps; of more than these the one that was not used for longest goes. */
export const KEPT_STATEMENTS = 100;

/**
 * A statement that each connection parses once, and plans no more than a few times, instead of at every call: planning
 * is most of what a small statement costs. After five calls Postgres compares what plans made for single values cost
 * with one for any value, and keeps the latter when it is no dearer; so a statement whose best way depends on its values
 * gains little, and one with a `LIMIT` gains only when that is written out, not a parameter. It names its columns: `*`
 * would mean others after a migration, which Postgres refuses, as it does when a column gets another type. Without
 * parameters a statement is sent as it is.
 */
export function prepared(statement: string): string {
  return MARK + statement;
}

/** The client of a pool that prepares what is marked by {@link prepared}. */
export class PreparingClient extends pg.Client {
  readonly #names = new Map<string, string>();
  #made = 0;

  constructor(config?: pg.ClientConfig) {
    super(config);
    const send = this.query.bind(this) as (...args: readonly unknown[]) => unknown;
    this.query = ((statement: unknown, values: unknown, ...rest: readonly unknown[]) => {
      if (typeof statement !== 'string' || !statement.startsWith(MARK) || !Array.isArray(values))
        return send(statement, values, ...rest);
      return send({ name: this.#nameOf(statement, send), text: statement, values: values as unknown[] }, ...rest);
    }) as pg.Client['query'];
  }

  #nameOf(statement: string, send: (...args: readonly unknown[]) => unknown): string {
    // No name is used again: to forget a statement fails in a transaction that has failed, and its name stays taken.
    const name = this.#names.get(statement) ?? `imago-${++this.#made}`;
    this.#names.delete(statement);
    this.#names.set(statement, name);
    const [oldest] = this.#names;
    if (this.#names.size > KEPT_STATEMENTS && oldest !== undefined) {
      const [text, forgotten] = oldest;
      this.#names.delete(text);
      const { parsedStatements } = this.connection as unknown as ParsingConnection;
      // One that Postgres refused to parse is none, and to forget it would fail, and with it the transaction it is in.
      if (Object.hasOwn(parsedStatements, forgotten)) {
        send(`DEALLOCATE "${forgotten}"`, undefined, () => {
          // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the driver's own record of what it has parsed
          delete parsedStatements[forgotten];
        });
      }
    }
    return name;
  }
}

interface ParsingConnection {
  readonly parsedStatements: Record<string, string>;
}
