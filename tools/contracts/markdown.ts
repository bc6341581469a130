/** Says at the top of a page that nobody should edit it. */
export const GENERATED =
  '<!-- Made from libs/contracts by tools/contracts.ts. Change the contracts, not this page. -->';

/** A table. Cells may hold anything but line breaks. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A page of blocks, each apart from the next. */
export function page(...blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`;
}
