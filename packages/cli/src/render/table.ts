import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../text/display-width.ts';

/** Rows in columns that are as wide as their widest cell, two blanks apart; cells may hold colours. All lines are equally wide. */
export function renderTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => visibleWidth(row[column] ?? ''))));
  return rows.map((row) =>
    row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - visibleWidth(cell))).join('  '),
  );
}

/** Columns that text with colours takes. */
export function visibleWidth(text: string): number {
  return displayWidth(stripVTControlCharacters(text));
}
