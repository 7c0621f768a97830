import {
  EXPOSURE_UNIT,
  balancesAt,
  dailyReturns,
  exposureOf,
  ledgerOf,
  settlementDay,
  type AccountEvent,
  type DayResult,
  type ExposedPosition,
  type Exposure,
  type Posting,
} from '@stockafolio/example';
import { returnLine, shown, units } from './notation.js';

const SHARE = 1e8;
const cash = (amount: string | undefined, currency = 'USD') => ({ currency, amount: units(amount) });
const shares = (quantity: number, symbol: string): string => `${quantity / SHARE} ${symbol}`;

/** What a block says after its heading, and what comes out. */
export interface Played {
  readonly said: readonly string[];
  readonly found: readonly string[];
}

/** Plays the example of an account or a firm; undefined if the block is none. */
export function playAccount(block: readonly string[]): Played | undefined {
  const start = block.findIndex((line) => /^(ledger|balances|days|settlement|exposure):$/.test(line));
  if (start < 0) return undefined;
  const [given, said] = [block.slice(0, start), block.slice(start + 1)];
  switch (block[start]) {
    case 'ledger:':
      return { said, found: ledgerLines(eventsOf(given)) };
    case 'balances:':
      return { said, found: said.map((line) => balanceLine(eventsOf(given), line)) };
    case 'days:':
      return { said, found: dayLines(given, said) };
    case 'exposure:':
      return { said, found: exposureLines(given) };
    default:
      return { said, found: said.map((line) => `${line.slice(0, 10)} settles ${settlementDay(line.slice(0, 10))}`) };
  }
}

/** The words of a line after its day, and the event that they mean. */
const forms: readonly (readonly [form: RegExp, event: (...words: string[]) => Unplaced])[] = [
  [
    /^(buy|sell) (\w+) (\d+) (\w+) at ([\d.]+)(?: with ([\d.]+) (\w+))?(?: settled (-?[\d.]+) (\w+))?$/,
    (side = '', id = '', quantity = '', symbol = '', price, fee, feeIn, settled, settledIn) => ({
      ...{ id, kind: 'trade', side: side === 'buy' ? 'buy' : 'sell', symbol, quantity: Number(quantity) * SHARE },
      ...{ price: units(price), value: Number(quantity) * units(price), currency: 'USD' },
      fees: fee === undefined ? [] : [cash(fee, feeIn)],
      ...(settled === undefined ? {} : { settled: cash(settled, settledIn) }),
    }),
  ],
  [
    /^(deposit|withdrawal|fee|interest|tax) (-?[\d.]+) (\w+)$/,
    (kind, amount, currency) => ({ kind: kind as 'deposit', ...cash(amount, currency) }),
  ],
  [
    /^dividend (\w+) ([\d.]+) (\w+)$/,
    (symbol = '', amount, currency) => ({ kind: 'dividend', symbol, ...cash(amount, currency) }),
  ],
  [
    /^split (\w+) (\d+) for (\d+)$/,
    (symbol = '', numerator, denominator) => ({
      ...{ kind: 'split', symbol, numerator: Number(numerator), denominator: Number(denominator) },
    }),
  ],
  [
    /^merger (\w+) to (\d+) (\w+) and ([\d.]+) (\w+)$/,
    (symbol = '', quantity = '', to = '', paid, currency) => ({
      ...{ kind: 'merger', symbol, to, quantity: Number(quantity) * SHARE, cash: cash(paid, currency) },
    }),
  ],
];

type Unplaced = AccountEvent extends infer E
  ? E extends AccountEvent
    ? Omit<E, 'id' | 'user' | 'time' | 'rank' | 'place'> & { readonly id?: string }
    : never
  : never;

function eventsOf(lines: readonly string[]): readonly AccountEvent[] {
  return lines.map((line, rank) => {
    const [day, rest] = [line.slice(0, 10), line.slice(11)];
    const [form, event] = forms.find(([each]) => each.test(rest)) ?? [];
    if (form === undefined || event === undefined) throw new Error(`no event has the form of '${line}'`);
    const place = { user: 'ann', time: Date.parse(`${day}T17:00:00Z`), rank, place: { file: 'example', line: rank } };
    return { id: String(rank), ...event(...(form.exec(rest)?.slice(1) ?? [])), ...place };
  });
}

function postingText(posting: Posting): string {
  const what =
    posting.kind === 'money' ? `${shown(posting.amount)} ${posting.currency}` : shares(posting.amount, posting.symbol);
  return `${posting.account} ${what}`;
}

function ledgerLines(events: readonly AccountEvent[]): readonly string[] {
  const { entries, unknown } = ledgerOf(events, 'fifo');
  return [
    ...entries.map(({ day, kind, postings }) => `${day} ${kind}: ${postings.map(postingText).join(', ')}`),
    ...unknown.map(({ problem }) => `unknown: ${problem}`),
  ];
}

function balanceLine(events: readonly AccountEvent[], line: string): string {
  const [day = '', , by] = line.slice(0, line.indexOf(':')).split(' ');
  const balances = balancesAt(events, day, by === 'trade' ? 'trade' : 'settlement');
  const all = [
    ...[...balances.cash].map(([currency, amount]) => `${shown(amount)} ${currency}`),
    ...[...balances.shares].map(([symbol, quantity]) => shares(quantity, symbol)),
  ];
  return `${day} by ${by ?? ''}: ${all.join(', ')}`;
}

const parts = ['realized', 'unrealized', 'dividends', 'interest', 'costs', 'exchange', 'unexplained'] as const;

function dayLine(before: number, day: DayResult): string {
  const own = parts.filter((part) => day[part] !== 0).map((part) => `${part} ${shown(day[part])}`);
  const sum = `${shown(day.value)} = ${shown(before)} + ${shown(day.flow)} paid + ${shown(day.pnl)}`;
  return [`${day.day} worth ${sum}`, own.join(', ')].filter((text) => text !== '').join(': ');
}

/** The days between those that the block says, with the prices, rates and levels that are among its lines. */
function dayLines(given: readonly string[], said: readonly string[]): readonly string[] {
  const quotes = new Map<string, string>();
  const events: string[] = [];
  for (const line of given) {
    const [, day = '', name = '', amount = ''] = /^(\S+) ((?:close|rate) \w+|index) ([\d.]+)$/.exec(line) ?? [];
    if (name === '') events.push(line);
    else quotes.set(`${day} ${name}`, amount);
  }
  const days = said.map((line) => line.slice(0, 10)).filter((day) => /^\d{4}-/.test(day));
  const hasIndex = given.some((line) => line.includes(' index '));
  const returns = dailyReturns(eventsOf(events), {
    ...{ first: days[0] ?? '', last: days.at(-1) ?? '', base: 'USD', method: 'fifo' },
    prices: (symbol, day) => {
      const price = quotes.get(`${day} close ${symbol}`);
      return price === undefined ? undefined : cash(price, 'USD');
    },
    rates: (currency, day) => quotes.get(`${day} rate ${currency}`),
    ...(hasIndex ? { benchmark: (day: string) => Number(quotes.get(`${day} index`)) } : {}),
  });
  const { opening, unknown, timeWeighted, benchmark } = returns;
  const lines = returns.days.map((day, n) =>
    dayLine(n === 0 ? (opening.value ?? NaN) : (returns.days[n - 1]?.value ?? NaN), day),
  );
  const missing = unknown?.missing.map((each) => (each.kind === 'price' ? each.symbol : each.currency)) ?? [];
  return [
    ...lines,
    ...(unknown === undefined ? [] : [`${unknown.day} is not known: no quote of ${missing.join(', ')}`]),
    ...(timeWeighted.kind === 'none' ? [] : [`time-weighted: ${returnLine(timeWeighted)}`]),
    ...(benchmark === undefined ? [] : [`index: ${returnLine(benchmark.timeWeighted)}`]),
  ];
}

const whole = (sum: bigint): string => (Number((sum * 100n) / EXPOSURE_UNIT) / 100).toFixed(2);
const exposureLine = (name: string, { long, short, net, gross }: Exposure): string =>
  `${name}: long ${whole(long)}, short ${whole(short)}, net ${whole(net)}, gross ${whole(gross)}`;

function exposureLines(lines: readonly string[]): readonly string[] {
  const positions = lines.map((line): ExposedPosition => {
    const [, user = '', quantity, symbol = '', price, sector = ''] =
      /^(\w+) (-?\d+) (\w+) at ([\d.]+) in (\w+)$/.exec(line) ?? [];
    return { user, symbol, sector, quantity: Number(quantity) * SHARE, price: units(price) };
  });
  const { total, bySymbol, bySector, symbols } = exposureOf(positions);
  const all = [['all', total] as const, ...bySymbol, ...bySector];
  const { largest = { name: '', part: NaN }, herfindahl = NaN } = symbols ?? {};
  const part = (largest.part * 100).toFixed(2);
  return [
    ...all.map(([name, exposure]) => exposureLine(name, exposure)),
    `symbols: ${largest.name} has ${part} %, index ${herfindahl.toFixed(4)}`,
  ];
}
