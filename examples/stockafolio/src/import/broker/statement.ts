import { isStockafolioError, messageOf } from '@stockafolio/core';
import { cashOf, type AccountEvent, type Cash } from '../../books/account-event.js';
import { wrongAmounts, wrongBalances, wrongEnds, type Contradiction } from './contradictions.js';
import { csvRecords, type CsvRecord } from './csv-records.js';
import { inEventOrder, type FileOrder } from './event-order.js';
import { layoutOf, type RecordClass } from './layout.js';
import { linkRows } from './linked-rows.js';
import { EventMaker } from './make-events.js';
import type { Preset, SkipClass } from './preset.js';
import { readRow, summed, type ReadRow } from './read-row.js';
import { readText } from './read-text.js';
import { expectPreset, recognise } from './recognise.js';
import { fileForm, RowProblem } from './row-fields.js';

/** What became of a record: it was taken as an event, belongs to the form of the file, or was not taken. */
export type LineClass =
  AccountEvent['kind'] | RecordClass | 'split' | 'opening' | 'check' | 'not-taken' | 'not-understood';

/** A record of the file, and what became of it. Together they are all lines of the file. */
export interface LineFact {
  readonly line: number;
  /** More than one if a quoted cell holds line ends. */
  readonly lines: number;
  readonly class: LineClass;
}

/** A row that is understood, but is no event of an account. */
export interface NotTaken {
  readonly line: number;
  readonly class: SkipClass;
  readonly why: string;
  /** Its effect on cash balances, as of an option. */
  readonly cash: readonly Cash[];
  readonly fees: readonly Cash[];
}

/** A file of a broker, understood line by line. */
export interface Statement {
  readonly file: string;
  readonly preset: Preset;
  readonly encoding: string;
  readonly delimiter: string;
  readonly zone: string;
  readonly order: FileOrder;
  /** How many lines the file has. */
  readonly lineCount: number;
  /** By line. */
  readonly lines: readonly LineFact[];
  /** In the order of their times; equal times as the broker had them. */
  readonly events: readonly AccountEvent[];
  readonly notTaken: readonly NotTaken[];
  /** The cash of those among them that are options, or conversions of currency. */
  readonly cashAlone: readonly AccountEvent[];
  readonly notUnderstood: readonly { readonly line: number; readonly why: string }[];
  readonly contradictions: readonly Contradiction[];
  readonly rounded: readonly { readonly line: number; readonly what: string }[];
  /** Shares by symbol at the end, in 1e-8. */
  readonly held: ReadonlyMap<string, number>;
  /** By currency, of events and of rows that are not taken. */
  readonly cash: readonly Cash[];
}

export interface StatementOptions {
  readonly user: string;
  /** The one of the file; or those among which it is found. */
  readonly preset?: Preset;
  readonly presets: readonly Preset[];
  readonly zone?: string;
  readonly delimiter?: string;
  readonly encoding?: string;
}

/**
 * Reads a whole file of a broker. Whatever it holds, each of its lines is accounted for.
 *
 * @throws ERR_USAGE if it is no text, or not of the preset
 */
export function readStatement(file: string, bytes: Uint8Array, options: StatementOptions): Statement {
  const { preset: given, presets, delimiter: cut } = options;
  const text = readText(file, bytes, {
    ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
    ...(given?.encoding === undefined ? {} : { singleByte: given.encoding }),
  });
  const { preset, delimiter } =
    given === undefined ? recognise(file, text.lines, presets, cut) : expectPreset(file, text.lines, given, cut);
  const accounts = new Accounts();
  const read = readRows(csvRecords(text.lines, delimiter), preset, options.zone, accounts);
  const { rows, order } = inEventOrder(withIsins(read), preset);
  const firstTime = rows.find(({ time }) => time !== undefined)?.time?.ms ?? 0;
  const links = linkRows(rows);
  const maker = new EventMaker({ file, user: options.user, prefix: preset.name }, links, firstTime);
  const events: AccountEvent[] = [];
  const cashAlone: AccountEvent[] = [];
  for (const row of rows) {
    const skipped = links.skipped.get(row);
    const alone = links.alone.get(row);
    if (skipped !== undefined) accounts.skip(row, skipped.class, skipped.why);
    else if (row.kind === 'skip' || row.kind === 'information' || row.kind === 'instrument') {
      if (row.kind === 'skip') accounts.skip(row, row.rule.class ?? 'other', row.rule.why ?? '');
      else accounts.put(row.row.record, 'information');
    } else if (row.kind === 'option') {
      const { cash, fees } = links.cashSides.get(row) ?? row;
      accounts.skip({ ...row, cash, fees }, 'option', row.rule.why ?? 'an option, not shares of its underlying');
      cashAlone.push(...maker.cashAlone(row, 'option', cash));
    } else if (row.kind === 'fx') {
      accounts.skip(row, 'fx', row.rule.why ?? 'a conversion of currency, not a security');
      cashAlone.push(...maker.cashAlone(row, 'exchange', row.cash));
    } else if (alone !== undefined && row.kind !== 'trade') accounts.lose(row.row.record, alone);
    else events.push(...attempt(row, maker, accounts));
    if (alone !== undefined && row.kind === 'trade') accounts.contradictions.push({ line: row.line, what: alone });
  }
  const cash = summed([...events.flatMap(cashOf), ...accounts.notTaken.flatMap((each) => each.cash)]);
  const contradictions = [
    ...accounts.contradictions,
    ...wrongAmounts(
      rows.filter((row) => !links.skipped.has(row)).map((row) => withCash(row, links.cashSides.get(row))),
    ),
    ...wrongBalances(rows),
    ...wrongEnds(rows, maker.held, cash),
  ];
  return {
    file,
    preset,
    encoding: text.encoding,
    delimiter,
    zone: options.zone ?? preset.zone,
    order,
    lineCount: text.lines.length,
    lines: accounts.lines.sort((a, b) => a.line - b.line),
    events,
    notTaken: accounts.notTaken.sort(byLine),
    cashAlone,
    notUnderstood: accounts.notUnderstood.sort(byLine),
    contradictions: contradictions.sort(byLine),
    rounded: rows.flatMap(({ line, rounded }) => rounded.map((what) => ({ line, what }))).sort(byLine),
    held: maker.held,
    cash,
  };
}

/** Rows with the ISIN that another one gives for their symbol. */
function withIsins(rows: readonly ReadRow[]): readonly ReadRow[] {
  const isins = new Map<string, string>();
  for (const { kind, symbol, isin } of rows) {
    if (kind === 'instrument' && symbol !== undefined && isin !== undefined) isins.set(symbol, isin);
  }
  return rows.map((row) => {
    const isin = row.symbol === undefined ? undefined : isins.get(row.symbol);
    return row.isin !== undefined || isin === undefined ? row : { ...row, isin };
  });
}

/** A trade with the amount and fees that another table has of it. */
function withCash(row: ReadRow, side: ReadRow | undefined): ReadRow {
  if (side?.amount === undefined) return row;
  return { ...row, rule: side.rule, amount: side.amount, fees: side.fees };
}

/** What became of each record. */
class Accounts {
  readonly lines: LineFact[] = [];
  readonly notTaken: NotTaken[] = [];
  readonly notUnderstood: { line: number; why: string }[] = [];
  readonly contradictions: Contradiction[] = [];

  put({ line, lines }: CsvRecord, is: LineClass): void {
    this.lines.push({ line, lines, class: is });
  }

  skip({ row: { record }, line, kind, cash, fees }: ReadRow, is: SkipClass, why: string): void {
    this.put(record, 'not-taken');
    // Of a trade that was cancelled, the two rows give nothing.
    const moves = is === 'cancelled' ? { cash: [], fees: [] } : { cash, fees };
    const isCounted = kind === 'cash-of-trade';
    this.notTaken.push({ line, class: is, why, ...(isCounted ? { cash: [], fees: [] } : moves) });
  }

  lose(record: CsvRecord, why: string): void {
    this.put(record, 'not-understood');
    this.notUnderstood.push({ line: record.line, why });
  }
}

function readRows(
  records: readonly CsvRecord[],
  preset: Preset,
  zone: string | undefined,
  accounts: Accounts,
): ReadRow[] {
  const form = fileForm(preset, zone);
  const { rows, others, unknown } = layoutOf(records, preset);
  for (const { record, is, why = '' } of others) {
    accounts.put(record, is === 'summary' ? 'not-taken' : is);
    if (is === 'summary') accounts.notTaken.push({ line: record.line, class: is, why, cash: [], fees: [] });
  }
  for (const { record, why } of unknown) accounts.lose(record, why);
  const read: ReadRow[] = [];
  for (const row of rows) {
    try {
      const found = readRow(row, form);
      if (found === undefined) accounts.lose(row.record, unruled(row.record));
      else read.push(found);
    } catch (error) {
      accounts.lose(row.record, problemOf(error));
    }
  }
  return read;
}

/** The events of a row; if it contradicts those before it, it is not understood. */
function attempt(row: ReadRow, maker: EventMaker, accounts: Accounts): readonly AccountEvent[] {
  const { record } = row.row;
  try {
    const events = maker.make(row);
    accounts.put(
      record,
      row.kind === 'split-leg' ? 'split' : row.kind === 'opening' ? 'opening' : (events[0]?.kind ?? 'check'),
    );
    return events;
  } catch (error) {
    accounts.lose(record, problemOf(error));
    return [];
  }
}

/** @throws what is a defect, and no problem of a row */
function problemOf(error: unknown): string {
  if (error instanceof RowProblem || isStockafolioError(error, 'ERR_OVERFLOW')) return messageOf(error);
  throw error;
}

function unruled({ cells }: CsvRecord): string {
  const words = cells.filter((cell) => cell.trim() !== '').slice(0, 4);
  return `is of no kind that the preset knows: ${words.map((word) => word.trim().slice(0, 60)).join(', ')}`;
}

function byLine(a: { readonly line: number }, b: { readonly line: number }): number {
  return a.line - b.line;
}
