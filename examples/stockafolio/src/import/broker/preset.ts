import { StockafolioError, timeZone } from '@stockafolio/core';
import { z } from 'zod';
import { dateReader } from './date-text.js';
import { isExpression, isPattern } from './pattern.js';

/** Why a row is no event, though it is understood. */
export const skipClasses = [
  ...['duplicate', 'summary', 'cancelled', 'pending', 'option', 'fx'],
  ...['internal', 'split', 'sweep', 'order', 'information', 'other'],
] as const;

/** What a row may be. */
export const rowKinds = [
  // Events.
  ...['trade', 'deposit', 'withdrawal', 'fee', 'commission', 'interest', 'tax', 'cash-in-lieu', 'dividend'],
  ...['stock-dividend', 'split', 'transfer', 'opening'],
  // Rows that belong to other rows.
  ...['split-leg', 'cancel', 'cash-of-trade'],
  // Rows that change cash, but are no event here.
  ...['option', 'fx'],
  // Rows that say what the result must be.
  ...['holding', 'cash-balance'],
  // The ISIN of a symbol, for all its events.
  'instrument',
  ...['skip', 'information'],
] as const;

const Zone = z.string().refine(isZone, 'is no time zone: write one such as America/New_York');
const DateFormat = z.string().refine(isDateFormat, "is no date format: write one such as 'DD-MM-YYYY HH:mm:ss'");
const PatternText = z.string().refine(isPattern, 'is no regular expression between slashes');
const Expression = z.string().refine(isExpression, 'is no regular expression');
const Names = z.union([z.string(), z.array(z.string()).min(1)]);

/** Where a text of a row comes from: a column, or the first of several that the header has; or more exactly: */
const Source = z.union([
  Names,
  z.strictObject({
    column: Names.optional(),
    /** Columns to the right of it: 1 is the unnamed neighbour. */
    offset: z.int().min(-100).max(100).optional(),
    /** A constant, in place of a column. */
    value: z.string().optional(),
    /** An expression; its first group is the text, else all that it matches. */
    match: Expression.optional(),
    /** Other words for a text. */
    words: z.record(z.string(), z.string()).optional(),
    /** A number counts with the other sign. */
    negate: z.boolean().optional(),
  }),
]);

const Fee = z.strictObject({ amount: Source, currency: Source.optional() });

const Rule = z.strictObject({
  /** The row must fit all of these; without any it fits. */
  when: z.record(z.string(), z.union([PatternText, z.array(PatternText).min(1)])).optional(),
  is: z.enum(rowKinds),
  /** Why the row is skipped. */
  why: z.string().optional(),
  class: z.enum(skipClasses).optional(),
  /** Whether shares come in (`buy`) or go out (`sell`); `by-quantity`: a negative quantity is a sale. */
  side: z.enum(['buy', 'sell', 'by-quantity']).optional(),
  /** The sign of the amount: as written, always in or out, that of the side; `none`: the row moves no cash. */
  amount: z.enum(['signed', 'in', 'out', 'by-side', 'none']).optional(),
  /** The amount is before fees; defaults to false. */
  feesOnTop: z.boolean().optional(),
  /** There is no column of fees: they are what the amount differs from quantity times price. */
  feesByDifference: z.boolean().optional(),
  /** Shares of one option. */
  multiplier: z.int().min(1).optional(),
  origin: z.enum(['reinvestment', 'gift', 'card']).optional(),
  /** Replace those of the table; null: the row has none. */
  fields: z.record(z.string(), Source.nullable()).optional(),
  fees: z.array(Fee).optional(),
});

const Table = z.strictObject({
  /** Of a file with several tables: the name of this one. */
  title: z.string().optional(),
  /** Its rows are only information, and this is why. */
  information: z.string().optional(),
  fields: z.record(z.string(), Source).optional(),
  fees: z.array(Fee).optional(),
  rows: z.array(Rule).optional(),
  /** Cells that may be missing at the end of a row. */
  missingCells: z.int().min(0).max(100).optional(),
});

const Preset = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'is a name such as my-broker'),
    /** What the file is, for people. */
    title: z.string(),
    /** Of times without an offset. */
    zone: Zone,
    /** Formats of the dates, or of dates and times with a space between: the first that fits is used. */
    dates: z.array(DateFormat).min(1),
    /** Of a file without a byte order mark that is not UTF-8. */
    encoding: z.string().optional(),
    delimiter: z.string().length(1).optional(),
    decimal: z.enum(['.', ',']).default('.'),
    thousands: z.string().default(''),
    currencySymbols: z.record(z.string(), z.string()).default({}),
    suffixes: z.array(z.string().min(1)).default([]),
    /** Cells with these texts are empty. */
    blanks: z.array(z.string()).default([]),
    /** Of amounts without one. */
    currency: z.string().optional(),
    /** Which end of the file is older, where times do not tell; `by-time`: rows have no order but that of their times. */
    order: z.enum(['newest-first', 'oldest-first', 'by-time']),
    /**
     * `table`: one table below a header. `titled`: several, each below a line with its title. `prefixed`: the first cell of
     * each line is the title, the second says what the line is.
     */
    layout: z.enum(['table', 'titled', 'prefixed']).default('table'),
    /** Prefixed: words of the second cell. */
    prefixes: z
      .strictObject({ header: z.string(), data: z.string(), summary: z.array(z.string()) })
      .default({ header: 'Header', data: 'Data', summary: ['SubTotal', 'Total'] }),
    /** Sets of cells, one of which a line of the file must have; in a `table` this line is the header. */
    recognise: z.array(z.array(z.string()).min(1)).min(1),
    /** The first line below a table that is not a row of it; from there on, lines of one cell are words. */
    footer: z.array(PatternText).default([]),
    tables: z.array(Table).min(1),
  })
  .superRefine((preset, context) => {
    for (const [i, table] of preset.tables.entries()) {
      const problem = (path: (string | number)[], message: string): void =>
        context.addIssue({ code: 'custom', path: ['tables', i, ...path], message });
      if (preset.layout !== 'table' && table.title === undefined) problem([], 'needs a title');
      if (table.information === undefined && table.rows === undefined) problem([], 'needs rows, or information');
      for (const [n, { when = {}, is, why, fields = {} }] of (table.rows ?? []).entries()) {
        const known = { ...table.fields, ...fields };
        for (const name of Object.keys(when)) {
          if (known[name] === undefined) problem(['rows', n, 'when', name], 'is not one of the fields of its table');
        }
        if (is === 'skip' && why === undefined) problem(['rows', n], 'needs why: what the row is');
      }
    }
  });

/** How the files of a broker are read, as data: see docs of `import`. */
export type Preset = z.infer<typeof Preset>;
/** A preset as it is written: with defaults left out. */
export type PresetSource = z.input<typeof Preset>;
export type PresetTable = Preset['tables'][number];
export type RowRule = NonNullable<PresetTable['rows']>[number];
export type FieldSource = z.infer<typeof Source>;
export type FeeSource = z.infer<typeof Fee>;
export type SkipClass = (typeof skipClasses)[number];
export type RowKind = (typeof rowKinds)[number];

/** @throws ERR_USAGE naming each member that is wrong by its path */
export function parsePreset(value: unknown, name: string): Preset {
  const { success, data, error } = Preset.safeParse(value);
  if (success) return data;
  const issues = error.issues.slice(0, 10).map(({ path, message }) => `\n  ${pathText(path)}: ${message}`);
  throw new StockafolioError('ERR_USAGE', `${name} is not a preset:${issues.join('')}`, {
    hint: 'import --presets NAME prints one of those that are built in, to begin with',
  });
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((each) => (typeof each === 'number' ? `[${each}]` : `.${String(each)}`)).join('');
  return text.replace(/^\./, '') || 'the whole';
}

function isZone(name: string): boolean {
  return isFine(() => timeZone(name));
}

function isDateFormat(format: string): boolean {
  return isFine(() => dateReader(format));
}

function isFine(make: () => unknown): boolean {
  try {
    make();
    return true;
  } catch {
    return false;
  }
}
