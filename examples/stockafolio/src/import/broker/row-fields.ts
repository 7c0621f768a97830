import { type TimeZone, timeZone } from '@stockafolio/core';
import { dateReader, type DateReader, type FileTime } from './date-text.js';
import { negated, parseFileNumber, type FileNumber, type NumberForm } from './decimal-text.js';
import type { TableRow } from './layout.js';
import { foundBy, patternOf } from './pattern.js';
import type { FeeSource, FieldSource, Preset, RowRule } from './preset.js';

/** What is wrong with a row: its message is the reason that is shown for its line. */
export class RowProblem extends Error {}

/** What all rows of a file share. */
export interface FileForm {
  readonly preset: Preset;
  readonly numbers: NumberForm;
  readonly zone: TimeZone;
  readonly dates: readonly DateReader[];
}

export function fileForm(preset: Preset, zone = preset.zone): FileForm {
  return { preset, numbers: preset, zone: timeZone(zone), dates: preset.dates.map(dateReader) };
}

/** The cells of a row by field. */
export class RowFields {
  readonly row: TableRow;
  readonly #form: FileForm;
  #fields: Readonly<Record<string, FieldSource | null>>;
  #fees: readonly FeeSource[];

  constructor(row: TableRow, form: FileForm) {
    this.row = row;
    this.#form = form;
    this.#fields = row.table.fields ?? {};
    this.#fees = row.table.fees ?? [];
  }

  /** The first rule that the row fits; its fields count from here on. */
  rule(): RowRule | undefined {
    const ofTable = this.#fields;
    for (const rule of this.row.table.rows ?? []) {
      this.#fields = { ...ofTable, ...rule.fields };
      const fits = Object.entries(rule.when ?? {}).every(([field, patterns]) => {
        const text = this.text(field);
        return [patterns].flat().some((pattern) => patternOf(pattern)(text));
      });
      if (!fits) continue;
      this.#fees = rule.fees ?? this.#fees;
      return rule;
    }
    this.#fields = ofTable;
    return undefined;
  }

  has(field: string): boolean {
    return this.text(field) !== '';
  }

  /** The text of a field; empty if there is none. */
  text(field: string): string {
    return this.#textOf(this.#fields[field]);
  }

  /** @throws RowProblem if the field is empty */
  needed(field: string): string {
    const text = this.text(field);
    if (text === '') throw new RowProblem(`${field}: is missing`);
    return text;
  }

  /** @throws RowProblem if the field holds something else */
  number(field: string): FileNumber | undefined {
    return this.#numberOf(this.#fields[field], field);
  }

  /** @throws RowProblem if a fee is not a number */
  fees(): readonly { readonly amount: FileNumber; readonly currency: string | undefined }[] {
    return this.#fees.flatMap(({ amount, currency }) => {
      const number = this.#numberOf(amount, 'fees');
      if (number === undefined || number.units === 0n) return [];
      return [{ amount: number, currency: this.#textOf(currency) || number.currency }];
    });
  }

  /** @throws RowProblem if the date is missing, or has none of the formats */
  time(): FileTime {
    const time = this.timeIfAny();
    if (time === undefined) throw new RowProblem('date: is missing');
    return time;
  }

  timeIfAny(): FileTime | undefined {
    const date = this.text('date');
    if (date === '') return undefined;
    const clock = this.text('time');
    return this.#timeOf(clock === '' ? date : `${date} ${clock}`, 'date');
  }

  /** `YYYY-MM-DD`. */
  day(field: string): string | undefined {
    const text = this.text(field);
    return text === '' ? undefined : this.#timeOf(text, field).day;
  }

  #timeOf(text: string, field: string): FileTime {
    for (const read of this.#form.dates) {
      const time = read(text, this.#form.zone);
      if (time !== undefined) return time;
    }
    throw new RowProblem(
      `${field}: '${text.slice(0, 60)}' is not a date of the form ${this.#form.preset.dates.join(' or ')}`,
    );
  }

  #numberOf(source: FieldSource | null | undefined, field: string): FileNumber | undefined {
    const text = this.#textOf(source);
    if (text === '') return undefined;
    const number = parseFileNumber(text, this.#form.numbers);
    if (typeof number === 'string') throw new RowProblem(`${field}: ${number}`);
    const isOther = typeof source === 'object' && source !== null && !Array.isArray(source) && source.negate === true;
    return isOther ? { ...number, ...negated(number) } : number;
  }

  #textOf(source: FieldSource | null | undefined): string {
    if (source === null || source === undefined) return '';
    if (typeof source === 'string' || Array.isArray(source)) return this.#cell(source);
    const { column = [], offset = 0, value, match, words } = source;
    if (value !== undefined) return value;
    const cell = this.#cell(column, offset);
    const text = match === undefined ? cell : foundBy(match, cell).trim();
    return words?.[text] ?? text;
  }

  #cell(columns: string | readonly string[], offset = 0): string {
    const { header, record } = this.row;
    for (const column of [columns].flat()) {
      const index = /^#[1-9]\d*$/.test(column) ? Number(column.slice(1)) - 1 : header.indexOf(column);
      if (index === -1) continue;
      const text = tidied(record.cells[index + offset] ?? '');
      return this.#form.preset.blanks.includes(text) ? '' : text;
    }
    return '';
  }
}

/** A cell without spaces around it; `="1"`, which tells a spreadsheet that it is text, is `1`. */
function tidied(cell: string): string {
  const text = cell.trim();
  return /^="(.*)"$/s.exec(text)?.[1] ?? text;
}
