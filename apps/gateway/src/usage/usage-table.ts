import type { UsageLine } from '@imago/contracts';

const COLUMNS = ['project_id', 'from', 'image_id', 'images', 'byte_hours', 'gib_hours'] as const;

/** Usage as comma-separated values (RFC 4180), with a line of names first. */
export function usageTable(lines: readonly UsageLine[]): string {
  const rows = lines.map((line) => COLUMNS.map((column) => cell(line[column] ?? '')));
  return [COLUMNS, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

/** No programme that opens the table may take a value for a formula. */
function cell(value: string | number): string {
  const text = String(value);
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
