import { setImmediate } from 'node:timers/promises';
import { formatMoney, rowObject, type RowOf, type Table } from '@stockafolio/core';
import type { Tables } from '@stockafolio/core/ports';
import { accountEvents } from '../../account-tables.js';
import { DOLLAR } from '../../account-stream.js';
import { newestFirst, type Timed } from '../../figures/newest-first.js';
import { realizedGains } from '../../lot-tables.js';
import { sharesOf } from '../../quantity.js';
import { tradesByUser } from '../../tables.js';
import { decimalOrNull } from './values.js';

/** After this many rows other requests have a turn. */
const TURN = 250;

/** The columns of a statement; those that a row does not have are empty. */
export const STATEMENT = [
  ...([
    'time',
    'what',
    'kind',
    'id',
    'symbol',
    'currency',
    'quantity',
    'price',
    'value',
    'commission',
    'amount',
  ] as const),
  ...(['lot', 'opened', 'proceeds', 'basis', 'gain', 'term'] as const),
];

/** The columns of realized gains. */
export const GAIN = [
  ...(['closed', 'symbol', 'number', 'trade', 'lot', 'opened', 'quantity', 'currency'] as const),
  ...(['proceeds', 'basis', 'gain', 'term'] as const),
];

type Line<C extends string> = Readonly<Record<C, string | number | null>>;
type StatementLine = Line<(typeof STATEMENT)[number]>;

const EMPTY = Object.fromEntries(STATEMENT.map((name) => [name, null])) as StatementLine;

/** Everything that happened in an account, newest first, read on demand: trades, other events, and gains if lots are kept. */
export async function* statementLines(live: Tables, user: string, lots: boolean): AsyncGenerator<StatementLine> {
  const lines = newestFirst(
    ...(lots ? [timed(rowsOf(live, realizedGains, user), ({ closed }) => closed, gainOnStatement)] : []),
    timed(rowsOf(live, tradesByUser, user), ({ time }) => time, tradeOnStatement),
    timed(rowsOf(live, accountEvents, user), ({ time }) => time, eventOnStatement),
  );
  for await (const { line } of lines) yield line;
}

/** A user's realized gains, newest first, read on demand. */
export async function* gainLines(live: Tables, user: string): AsyncGenerator<Line<(typeof GAIN)[number]>> {
  for await (const row of rowsOf(live, realizedGains, user)) {
    const { symbol, number, trade, lot, currency = DOLLAR, term } = row;
    yield { ...{ symbol, number, trade, lot, currency, term }, closed: iso(row.closed), ...gainParts(row) };
  }
}

async function* rowsOf<T extends Table>(live: Tables, table: T, user: string): AsyncGenerator<RowOf<T>> {
  let read = 0;
  for await (const { values } of live.scan(table, [user])) {
    if (++read % TURN === 0) await setImmediate();
    yield rowObject(table, values) as RowOf<T>;
  }
}

async function* timed<R>(
  rows: AsyncIterable<R>,
  timeOf: (row: R) => number,
  lineOf: (row: R) => Partial<StatementLine>,
): AsyncGenerator<Timed & { readonly line: StatementLine }> {
  for await (const row of rows) {
    const time = timeOf(row);
    yield { time, line: { ...EMPTY, time: iso(time), ...lineOf(row) } };
  }
}

function tradeOnStatement(row: RowOf<typeof tradesByUser>): Partial<StatementLine> {
  const { id, symbol, side, quantity, price, value, commission, currency = DOLLAR } = row;
  return {
    ...{ what: 'trade', kind: side, id, symbol, currency, quantity: sharesOf(quantity) },
    ...{ price: formatMoney(price), value: formatMoney(value), commission: decimalOrNull(commission) },
  };
}

function eventOnStatement(row: RowOf<typeof accountEvents>): Partial<StatementLine> {
  const { id, kind, symbol = null, quantity, currency, amount, value } = row;
  return {
    ...{ what: 'event', kind, id, symbol, currency, quantity: quantity === undefined ? null : sharesOf(quantity) },
    ...{ value: decimalOrNull(value), amount: decimalOrNull(amount) },
  };
}

function gainOnStatement(row: RowOf<typeof realizedGains>): Partial<StatementLine> {
  const { trade, symbol, lot, currency = DOLLAR, term } = row;
  return { ...{ what: 'gain', kind: 'closing', id: trade, symbol, currency, lot, term }, ...gainParts(row) };
}

function gainParts({ opened, quantity, proceeds, basis, gain }: RowOf<typeof realizedGains>) {
  return {
    ...{ opened: iso(opened), quantity: sharesOf(quantity) },
    ...{ proceeds: formatMoney(proceeds), basis: formatMoney(basis), gain: formatMoney(gain) },
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
