import { globSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** What the comments in the sources of some contracts say. */
export class SourceNotes {
  readonly #notes = new Map<string, string>();
  /** The constants that each constant is made with. */
  readonly #parts = new Map<string, ReadonlySet<string>>();

  constructor(folder: string) {
    for (const file of globSync('*.ts', { cwd: folder })) {
      const source = ts.createSourceFile(file, readFileSync(`${folder}/${file}`, 'utf8'), ts.ScriptTarget.Latest, true);
      for (const statement of source.statements.filter(ts.isVariableStatement)) this.#readConstants(statement);
    }
  }

  /** Of a constant. */
  of(constant: string): string {
    return this.#notes.get(constant) ?? '';
  }

  /** Of a field of the schema a constant holds: said there, or where the constant has the field from. */
  ofField(constant: string, field: string): string {
    const own = this.#notes.get(`${constant}.${field}`);
    if (own !== undefined) return own;
    const parts = [...(this.#parts.get(constant) ?? [])];
    return parts.map((part) => this.ofField(part, field)).find((note) => note !== '') ?? '';
  }

  #readConstants(statement: ts.VariableStatement): void {
    for (const { name, initializer } of statement.declarationList.declarations) {
      const constant = name.getText();
      this.#keep(constant, statement);
      if (initializer === undefined) continue;
      const parts = new Set<string>();
      this.#parts.set(constant, parts);
      this.#readFields(constant, initializer, parts);
    }
  }

  /** Fields of nested schemas count as the constant's: the schemas here do not use a name twice for different things. */
  #readFields(constant: string, node: ts.Node, parts: Set<string>): void {
    if (ts.isIdentifier(node) && node.text !== constant && isSpread(node)) parts.add(node.text);
    if (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) {
      this.#keep(`${constant}.${node.name.getText()}`, node);
    }
    ts.forEachChild(node, (child) => {
      this.#readFields(constant, child, parts);
    });
  }

  #keep(name: string, node: ts.Node): void {
    const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    const text = comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '').join(' ');
    if (text !== '') this.#notes.set(name, text.replace(/\s+/g, ' ').trim());
  }
}

/** Whether a constant gives its fields to the one it stands in: `base`, `...base.shape`, `base.extend({ ... })`. */
function isSpread(node: ts.Identifier): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) || (ts.isPropertyAccessExpression(parent) && parent.expression === node);
}
