import { counted, figure } from '@stockafolio/cli';
import {
  MONEY_SCALE,
  QUANTITY_SCALE,
  type AccountEvent,
  type Cash,
  type CashEvent,
  type DividendEvent,
  type TradeEvent,
} from '../../books/account-event.js';
import type { LotMethod } from '../../books/choose-lot.js';
import { plainDecimal } from './decimal-text.js';
import { holdingsOf } from './holdings.js';
import { added, summed } from './read-row.js';
import type { LineClass, Statement } from './statement.js';
import { atBorder } from './stream-border.js';

/** Decimal texts by currency. */
type Amounts = Readonly<Record<string, string>>;

/** What a file holds, for people and for machines: each number exact, as a decimal text. */
export interface Report {
  readonly file: string;
  readonly broker: string;
  readonly encoding: string;
  readonly delimiter: string;
  readonly zone: string;
  readonly order: string;
  /** All lines of the file are in exactly one of these. */
  readonly lines: Readonly<Partial<Record<LineClass | 'continuation', readonly number[]>>>;
  readonly lineCount: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly trades: {
    readonly count: number;
    readonly buy: number;
    readonly sell: number;
    readonly reinvestment: number;
    readonly gift: number;
    readonly bought: Amounts;
    readonly sold: Amounts;
  };
  readonly dividends: { readonly count: number; readonly amounts: Amounts };
  readonly fees: { readonly trades: Amounts; readonly options: Amounts; readonly other: Amounts };
  /** Sums of the other kinds that move cash. */
  readonly sums: Readonly<Record<string, { readonly count: number; readonly amounts: Amounts }>>;
  readonly cash: Amounts;
  /** The part of `cash` of rows that are not taken. */
  readonly cashNotTaken: Amounts;
  readonly positions: readonly { readonly symbol: string; readonly isin?: string; readonly quantity: string }[];
  /** The lots of these positions, and what was gained, also of symbols that are not held any more. */
  readonly books: {
    readonly method: LotMethod;
    readonly holdings: readonly {
      readonly symbol: string;
      readonly currency: string;
      readonly quantity: string;
      readonly basis: string;
      readonly realized: string;
      readonly lots: readonly {
        readonly id: string;
        readonly opened: string;
        readonly quantity: string;
        readonly basis: string;
      }[];
    }[];
    readonly doubts: readonly { readonly line: number; readonly what: string }[];
  };
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly notTaken: readonly {
    readonly line: number;
    readonly class: string;
    readonly why: string;
    readonly cash: Amounts;
  }[];
  readonly notUnderstood: Statement['notUnderstood'];
  readonly contradictions: Statement['contradictions'];
  readonly rounded: Statement['rounded'];
  readonly stream: { readonly sends: number; readonly notYet: Readonly<Record<string, readonly number[]>> };
}

/** Whether each line of a file is understood, and none contradicts another. */
export function isUnderstood({ notUnderstood, contradictions }: Statement): boolean {
  return notUnderstood.length === 0 && contradictions.length === 0;
}

export interface ReportOptions {
  readonly roundPrices?: boolean;
  /** Which lots a sale closes first; defaults to the oldest. */
  readonly lots?: LotMethod;
}

export function reportOf(statement: Statement, { roundPrices = false, lots = 'fifo' }: ReportOptions = {}): Report {
  const { events, notTaken } = statement;
  const trades = events.filter((event): event is TradeEvent => event.kind === 'trade');
  const sold = trades.filter(({ side }) => side === 'sell');
  const bought = trades.filter(({ side }) => side === 'buy');
  const value = ({ currency, value: amount }: TradeEvent): Cash => ({ currency, amount });
  const sums = new Map<string, Cash[]>();
  for (const event of events) {
    if (!isCash(event)) continue;
    const name = event.origin ?? event.kind;
    sums.set(name, [...(sums.get(name) ?? []), event]);
  }
  const dividends = events.filter((event): event is DividendEvent => event.kind === 'dividend');
  const charged = events.filter(isCash).filter(({ kind }) => kind === 'fee' || kind === 'commission');
  const contracts = notTaken.filter((each) => each.class === 'option');
  const isOther = (each: (typeof notTaken)[number]): boolean => each.class !== 'option';
  const { file, preset, encoding, delimiter, zone, order, lineCount } = statement;
  return {
    ...{ file, broker: preset.name, encoding, delimiter, zone, order, lineCount },
    lines: linesOf(statement),
    kinds: countsOf(events.map(({ kind }) => kind)),
    trades: {
      count: trades.length,
      buy: bought.filter(({ origin }) => origin !== 'reinvestment').length,
      sell: sold.length,
      reinvestment: trades.filter(({ origin }) => origin === 'reinvestment').length,
      gift: trades.filter(({ origin }) => origin === 'gift').length,
      bought: amountsOf(bought.map(value)),
      sold: amountsOf(sold.map(value)),
    },
    dividends: { count: dividends.length, amounts: amountsOf(dividends) },
    fees: {
      trades: amountsOf(trades.flatMap(({ fees }) => fees)),
      options: amountsOf(contracts.flatMap(({ fees }) => fees)),
      other: amountsOf([
        ...charged.map(({ currency, amount }) => ({ currency, amount: 0 - amount })),
        ...notTaken.filter(isOther).flatMap(({ fees }) => fees),
      ]),
    },
    sums: Object.fromEntries([...sums].map(([name, all]) => [name, { count: all.length, amounts: amountsOf(all) }])),
    cash: amountsOf(statement.cash),
    cashNotTaken: amountsOf(notTaken.flatMap(({ cash }) => cash)),
    positions: positionsOf(statement),
    books: booksOf(events, lots),
    events: events.map(shownEvent),
    notTaken: notTaken.map((each) => ({
      ...{ line: each.line, class: each.class, why: each.why },
      cash: amountsOf(each.cash),
    })),
    notUnderstood: statement.notUnderstood,
    contradictions: statement.contradictions,
    rounded: statement.rounded,
    stream: streamOf(statement, roundPrices),
  };
}

/** Rows of each list that people see. */
const SHOWN = 100;

/** The first of many lines. */
export function shownLines(lines: readonly number[]): string {
  return lines.length <= 10 ? lines.join(', ') : `${lines.slice(0, 10).join(', ')}, ...`;
}

/** The same for people. */
export function reportText(report: Report): string {
  const { trades, dividends, fees, stream } = report;
  const lines: string[] = [
    `${report.file}: ${report.broker}, ${counted(report.lineCount, 'line')}, ${report.encoding}, cells by '${report.delimiter === '\t' ? 'tab' : report.delimiter}', ${report.order}, times of ${report.zone}`,
    `  trades      ${figure(trades.count)}: ${trades.buy} bought (${shownAmounts(trades.bought)}), ${trades.sell} sold (${shownAmounts(trades.sold)}), ${trades.reinvestment} reinvested`,
    `  dividends   ${figure(dividends.count)}: ${shownAmounts(dividends.amounts)}`,
    `  fees        of trades ${shownAmounts(fees.trades)}; of options ${shownAmounts(fees.options)}; other ${shownAmounts(fees.other)}`,
  ];
  for (const [name, { count, amounts }] of Object.entries(report.sums)) {
    lines.push(`  ${name.padEnd(11)} ${figure(count)}: ${shownAmounts(amounts)}`);
  }
  for (const kind of ['split', 'stock-dividend', 'transfer-in', 'transfer-out']) {
    if (report.kinds[kind] !== undefined) lines.push(`  ${kind.padEnd(11)} ${report.kinds[kind]}`);
  }
  lines.push(`  cash        ${shownAmounts(report.cash)}`);
  if (Object.keys(report.cashNotTaken).length > 0) {
    lines.push(`              of it by rows of which nothing else is taken: ${shownAmounts(report.cashNotTaken)}`);
  }
  lines.push('  positions');
  for (const { symbol, isin, quantity } of report.positions) {
    const bases = report.books.holdings.filter((each) => each.symbol === symbol && each.quantity !== '0');
    const basis = bases.map((each) => `basis ${each.basis} ${each.currency}`).join(', ');
    const name = isin === undefined || isin === symbol ? '' : `  (${isin})`;
    lines.push(`    ${symbol.padEnd(14)} ${quantity.padEnd(14)} ${basis}${name}`);
  }
  const gains = report.books.holdings.filter(({ realized }) => realized !== '0');
  if (gains.length > 0) lines.push(`  gains by ${report.books.method}, after costs`);
  for (const { symbol, realized, currency } of gains) lines.push(`    ${symbol.padEnd(14)} ${realized} ${currency}`);
  const list = (title: string, rows: readonly { readonly line: number; readonly text: string }[]): void => {
    if (rows.length === 0) return;
    const more = rows.length > SHOWN ? [`    ... and ${figure(rows.length - SHOWN)} more: --json has all`] : [];
    lines.push(
      `  ${title}`,
      ...rows.slice(0, SHOWN).map(({ line, text }) => `    ${report.file}:${line}: ${text}`),
      ...more,
    );
  };
  list(
    `not taken: ${counted(report.notTaken.length, 'row')}`,
    report.notTaken.map((each) => ({ line: each.line, text: `${each.class}: ${each.why}` })),
  );
  list(
    'doubtful in lots and gains',
    report.books.doubts.map(({ line, what }) => ({ line, text: what })),
  );
  list(
    'rounded',
    report.rounded.map(({ line, what }) => ({ line, text: what })),
  );
  list(
    'contradictions',
    report.contradictions.map(({ line, what }) => ({ line, text: what })),
  );
  list(
    'not understood',
    report.notUnderstood.map(({ line, why }) => ({ line, text: why })),
  );
  lines.push(`  the stream  takes ${counted(stream.sends, 'event')}`);
  for (const [why, at] of Object.entries(stream.notYet))
    lines.push(`    not ${at.length}: ${why} (lines ${shownLines(at)})`);
  return lines.join('\n');
}

function isCash(event: AccountEvent): event is CashEvent {
  return 'amount' in event && event.kind !== 'dividend';
}

/** How many events the stream takes, and the lines of those that it does not by their reason. */
export function streamOf(statement: Statement, roundPrices: boolean): Report['stream'] {
  const { sent, notYet } = atBorder(statement, { roundPrices });
  return { sends: sent.length, notYet };
}

function linesOf({ lines, lineCount }: Statement): Report['lines'] {
  const classes: Partial<Record<LineClass | 'continuation', number[]>> = {};
  for (const fact of lines) {
    (classes[fact.class] ??= []).push(fact.line);
    for (let line = fact.line + 1; line < fact.line + fact.lines && line <= lineCount; line++) {
      (classes.continuation ??= []).push(line);
    }
  }
  return classes;
}

function positionsOf({ held, events }: Statement): Report['positions'] {
  const isins = new Map<string, string>();
  for (const event of events) if ('isin' in event && event.isin !== undefined) isins.set(event.symbol, event.isin);
  return [...held]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([symbol, units]) => {
      const isin = isins.get(symbol);
      return { symbol, ...(isin === undefined ? {} : { isin }), quantity: plain(units, QUANTITY_SCALE) };
    });
}

function booksOf(events: readonly AccountEvent[], method: LotMethod): Report['books'] {
  const { all, doubts } = holdingsOf(events, method);
  return {
    method,
    holdings: all.map(({ symbol, currency, quantity, basis, realized, lots }) => ({
      ...{ symbol, currency, quantity: plain(quantity, QUANTITY_SCALE) },
      ...{ basis: plain(basis, MONEY_SCALE), realized: plain(realized, MONEY_SCALE) },
      lots: lots.map((lot) => ({
        ...{ id: lot.id, opened: new Date(lot.opened).toISOString() },
        ...{ quantity: plain(lot.quantity, QUANTITY_SCALE), basis: plain(lot.basis, MONEY_SCALE) },
      })),
    })),
    doubts,
  };
}

/** An event with its numbers as decimal texts. */
function shownEvent(event: AccountEvent): Record<string, unknown> {
  const { place, time, id, kind } = event;
  const shown: Record<string, unknown> = { line: place.line, kind, id, time: new Date(time).toISOString() };
  for (const [name, value] of Object.entries(event)) {
    if (name in shown || ['place', 'rank', 'exactPrice'].includes(name)) continue;
    shown[name] = shownValue(name, value);
  }
  if (event.kind === 'trade' && event.exactPrice !== undefined) shown['price'] = event.exactPrice;
  return shown;
}

function shownValue(name: string, value: unknown): unknown {
  if (typeof value === 'number') {
    if (name === 'quantity') return plain(value, QUANTITY_SCALE);
    return name === 'price' || name === 'value' || name === 'amount' ? plain(value, MONEY_SCALE) : value;
  }
  if (Array.isArray(value)) return value.map((each) => shownValue('', each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shownValue(key, each)]));
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = added(counts[name] ?? 0, 1);
  return counts;
}

function amountsOf(amounts: readonly Cash[]): Amounts {
  return Object.fromEntries(summed(amounts).map(({ currency, amount }) => [currency, plain(amount, MONEY_SCALE)]));
}

function shownAmounts(amounts: Amounts): string {
  const all = Object.entries(amounts).map(([currency, amount]) => `${amount} ${currency}`);
  return all.length === 0 ? 'none' : all.join(', ');
}

function plain(units: number, scale: number): string {
  return plainDecimal({ units: BigInt(units), scale });
}
