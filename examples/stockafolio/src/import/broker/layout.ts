import type { CsvRecord } from './csv-records.js';
import type { Preset, PresetTable } from './preset.js';
import { patternOf } from './pattern.js';

/** A row of a table. */
export interface TableRow {
  readonly record: CsvRecord;
  readonly table: PresetTable;
  readonly header: readonly string[];
}

/** What a record is that is no row of a table to be read. */
export type RecordClass = 'header' | 'preamble' | 'footer' | 'blank' | 'section' | 'information' | 'summary';

/** Each record of a file is in exactly one of these. */
export interface Layout {
  readonly rows: readonly TableRow[];
  readonly others: readonly { readonly record: CsvRecord; readonly is: RecordClass; readonly why?: string }[];
  readonly unknown: readonly { readonly record: CsvRecord; readonly why: string }[];
}

interface Draft {
  readonly rows: TableRow[];
  readonly others: { record: CsvRecord; is: RecordClass; why?: string }[];
  readonly unknown: { record: CsvRecord; why: string }[];
}

/** Divides the records of a file into the tables of its preset. */
export function layoutOf(records: readonly CsvRecord[], preset: Preset): Layout {
  const draft: Draft = { rows: [], others: [], unknown: [] };
  if (preset.layout === 'table') oneTable(records, preset, draft);
  else if (preset.layout === 'titled') titledTables(records, preset, draft);
  else prefixedTables(records, preset, draft);
  return draft;
}

/** Whether a record has all cells of one of the sets by which a preset is recognised. */
export function isFingerprint({ cells }: CsvRecord, { recognise }: Preset): boolean {
  const there = new Set(cells.map((cell) => cell.trim()));
  return recognise.some((set) => set.every((cell) => there.has(cell)));
}

export function isBlank({ cells }: CsvRecord): boolean {
  return cells.every((cell) => cell.trim() === '');
}

function oneTable(records: readonly CsvRecord[], preset: Preset, { rows, others, unknown }: Draft): void {
  const [table] = preset.tables;
  const footer = preset.footer.map(patternOf);
  let header: readonly string[] | undefined;
  let isBelow = false;
  for (const record of records) {
    if (isBlank(record)) others.push({ record, is: 'blank' });
    else if (isFingerprint(record, preset)) {
      header = headerOf(record);
      isBelow = false;
      others.push({ record, is: 'header' });
    } else if (header === undefined || table === undefined) others.push({ record, is: 'preamble' });
    else {
      const words = loneCell(record);
      isBelow ||= words !== undefined && footer.some((pattern) => pattern(words));
      if (isBelow && words !== undefined) others.push({ record, is: 'footer' });
      else if (record.problem === undefined && words !== undefined)
        unknown.push({ record, why: 'has one cell, and is not known as a line below the table' });
      else rows.push({ record, table, header });
    }
  }
}

function titledTables(records: readonly CsvRecord[], preset: Preset, { rows, others, unknown }: Draft): void {
  const { tables } = preset;
  const footer = preset.footer.map(patternOf);
  let table: PresetTable | undefined;
  let header: readonly string[] | undefined;
  let lost: string | undefined;
  for (const [i, record] of records.entries()) {
    const next = records[i + 1];
    const words = loneCell(record);
    const titled = words === undefined ? undefined : tables.find(({ title }) => title === words);
    const before = records[i - 1];
    if (isBlank(record)) others.push({ record, is: 'blank' });
    else if (titled !== undefined) {
      [table, header, lost] = [titled, undefined, undefined];
      others.push({ record, is: 'section' });
    } else if (words !== undefined && footer.some((pattern) => pattern(words))) others.push({ record, is: 'footer' });
    else if (isTitle(words, before, next) && table !== undefined) {
      // A table that the preset does not know may hold trades.
      lost = words;
      unknown.push({ record, why: `'${words ?? ''}' is a table that the preset does not know` });
    } else if (lost !== undefined) unknown.push({ record, why: `is in the unknown table '${lost}'` });
    else if (table === undefined) others.push({ record, is: 'preamble' });
    else if (table.information !== undefined && (header !== undefined || words !== undefined || next === undefined))
      others.push({ record, is: 'information', why: table.information });
    else if (header === undefined) {
      header = headerOf(record);
      others.push({ record, is: 'header' });
    } else rows.push({ record, table, header });
  }
}

/** Whether a lone cell between an empty line and one of several cells names a table. */
function isTitle(words: string | undefined, before: CsvRecord | undefined, next: CsvRecord | undefined): boolean {
  if (words === undefined || next === undefined || before === undefined) return false;
  return isBlank(before) && !isBlank(next) && loneCell(next) === undefined;
}

function prefixedTables(records: readonly CsvRecord[], preset: Preset, { rows, others, unknown }: Draft): void {
  const { header: headerWord, data, summary } = preset.prefixes;
  const headers = new Map<string, readonly string[]>();
  for (const record of records) {
    const [title = '', what = ''] = record.cells.map((cell) => cell.trim());
    const table = preset.tables.find((each) => each.title === title);
    const header = headers.get(title);
    if (isBlank(record)) others.push({ record, is: 'blank' });
    else if (record.problem !== undefined) unknown.push({ record, why: record.problem });
    else if (table === undefined) unknown.push({ record, why: `the section '${title}' is not known to the preset` });
    else if (what === headerWord) {
      headers.set(title, headerOf(record));
      others.push({ record, is: 'header' });
    } else if (table.information !== undefined && (what === data || summary.includes(what)))
      others.push({ record, is: 'information', why: table.information });
    else if (summary.includes(what)) others.push({ record, is: 'summary', why: `a line '${what}' of ${title}` });
    else if (what !== data) unknown.push({ record, why: `'${what}' in its second cell is not known to the preset` });
    else if (header === undefined) unknown.push({ record, why: `there is no header of '${title}' before it` });
    else rows.push({ record, table, header });
  }
}

function headerOf({ cells }: CsvRecord): readonly string[] {
  return cells.map((cell) => cell.trim());
}

/** The only cell with a text, if there is one alone. */
function loneCell({ cells }: CsvRecord): string | undefined {
  let found: string | undefined;
  for (const cell of cells) {
    const text = cell.trim();
    if (text === '') continue;
    if (found !== undefined) return undefined;
    found = text;
  }
  return found;
}
