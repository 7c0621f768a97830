import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import {
  accountBooks,
  applyToLots,
  cashOf,
  dailyReturns,
  emptyPosition,
  moneyWeighted,
  openLots,
  presentValue,
  timeWeighted,
  type AccountBooks,
  type AccountEvent,
  type BookEvent,
  type LotMethod,
  type Return,
} from '@stockafolio/example';
import { beancount } from './beancount.js';
import { capgains, type ActionCase } from './capgains.js';
import { matches, trades } from './capgains-trades.js';
import { differences, omissions, type CaseFile, type Difference, type Left, type LotCase, type Step } from './case.js';
import { factorFiles, type FactorFile } from './factor-files.js';
import { ghostfolio, type ResultCase } from './ghostfolio.js';
import { hledgerLots } from './hledger-lots.js';
import { hledgerGrowth, hledgerRates } from './hledger-returns.js';
import { pyxirr } from './pyxirr.js';

const SHARE = 1e8;
const money = (dollars: number): number => Math.round(dollars * 1e4);
const ratesOf = (found: Return): readonly number[] =>
  found.kind === 'rate' ? [found.rate] : found.kind === 'several' ? found.rates : [];

interface Outcome {
  readonly name: string;
  readonly differs: Difference | undefined;
}
const outcomes = new Map<CaseFile, Outcome[]>();

/** Defines the test of a case, and counts it for the page. */
function outcome(file: CaseFile, name: string, differs: Difference | undefined, test: () => void): void {
  outcomes.set(file, [...(outcomes.get(file) ?? []), { name, differs }]);
  it(differs === undefined ? `${name} holds` : `${name} differs: ${differs}`, test);
}

function eventOf([kind, day, shares, price = 0, lot]: Step, rank: number, symbol = 'A'): BookEvent {
  const place = { id: String(rank), time: Date.parse(`2026-${day}T17:00:00Z`), rank, symbol };
  const quantity = shares * SHARE;
  if (kind === 'out') return { ...place, kind: 'transfer-out', quantity };
  if (kind === 'buy' || kind === 'sell')
    return { ...place, kind: 'trade', side: kind, quantity, price: money(price), lot };
  const basis = money(shares * price);
  return { ...place, kind: 'transfer-in', lots: [{ id: place.id, opened: place.time, tacked: 0, quantity, basis }] };
}

/** Shares and basis of what is left; a pool is one, at its average. */
function leftIn(books: AccountBooks, symbol: string, method: LotMethod): unknown {
  const position = books.positions.get(symbol) ?? emptyPosition();
  if (method === 'average') return position.quantity === 0 ? [] : [[position.quantity, position.basis]];
  return openLots(position, method).map(({ quantity, basis }) => [quantity, basis]);
}

const inUnits = (left: Left): unknown => left.map(([shares, price]) => [shares * SHARE, money(shares * price)]);
const gainOf = ({ realized }: AccountBooks): number => realized.reduce((sum, { gain }) => sum + gain, 0);

function playLots({ method, steps, left, gain, refused = 0, differs, here }: LotCase): void {
  const books = accountBooks(
    steps.map((step, rank) => eventOf(step, rank)),
    method,
  );
  const there = [inUnits(left), refused];
  const found = [leftIn(books, 'A', method), books.rejected.length];
  if (differs === undefined) expect(found).to.deep.equal(there);
  else {
    expect(found).to.deep.equal([inUnits(here?.left ?? left), here?.refused ?? 0]);
    expect(found, 'it does not differ').to.not.deep.equal(there);
  }
  if (gain !== undefined) expect(gainOf(books)).to.equal(money(gain));
}

function playAction({ held, capital, split, spun, short, left, other = [], gains = [], differs }: ActionCase): void {
  const steps = held.map(([shares, price], index): Step => ['buy', `01-0${index + 1}`, shares, price]);
  const place = { time: Date.parse('2026-02-01T17:00:00Z'), symbol: 'A', id: 'action', rank: 99 };
  const events = steps.map((step, rank) => eventOf(step, rank));
  if (short !== undefined) events.push(eventOf(['sell', '01-09', ...short], 50, 'B'));
  if (capital !== undefined) events.push({ ...place, kind: 'return-of-capital', cash: money(capital) });
  if (split !== undefined) events.push({ ...place, kind: 'split', numerator: split[0], denominator: split[1] });
  if (spun !== undefined) {
    const [numerator, denominator, part, whole] = spun;
    const basis = { numerator: part, denominator: whole };
    events.push({ ...place, kind: 'spin-off', to: 'B', numerator, denominator, basis });
  }
  const books = accountBooks(events, 'fifo');
  const found = [leftIn(books, 'A', 'fifo'), leftIn(books, 'B', 'fifo')];
  if (differs === undefined) {
    expect(found).to.deep.equal([inUnits(left), inUnits(other)]);
    expect(books.rejected).to.deep.equal([]);
    expect(books.realized.map(({ gain }) => gain)).to.deep.equal(gains.map(money));
  } else {
    expect(found).to.not.deep.equal([inUnits(left), inUnits(other)]);
    expect(books.rejected.map(({ id }) => id)).to.deep.equal(['action']);
  }
}

/** Which trade closes how many shares of which; money is in 1e-9 USD, because the case depends on it. */
function matchesBy(method: LotMethod): unknown {
  const position = emptyPosition();
  const found: (readonly number[])[] = [];
  trades.forEach(([time, shares, value], index) => {
    const side = shares > 0 ? 'buy' : 'sell';
    const fill = { id: String(index), time: Date.parse(time), side, quantity: Math.abs(shares), value } as const;
    applyToLots(position, fill, method, ({ lot, quantity }) => found.push([Number(lot), index, quantity]));
  });
  return found.sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d);
}

/** Far more than any split divides by, and divided by each of their ratios without a fraction. */
const HELD = 504_000 * SHARE;

function playFactors({ splits, factors, differs }: FactorFile): void {
  const off = factors.map(([date, factor]) => {
    const place = (day: string, rank: number) => ({ id: day, time: Date.parse(`${day}T21:00:00Z`), rank, symbol: 'A' });
    const bought = { kind: 'trade', side: 'buy', quantity: HELD, price: 1, value: 1 } as const;
    const applied = splits.filter(([day]) => day >= date);
    const books = accountBooks(
      [
        { ...place('1998-01-01', 0), ...bought },
        ...applied.map(([day, numerator, denominator]) => ({
          ...place(day, 1),
          kind: 'split' as const,
          numerator,
          denominator,
        })),
      ],
      'fifo',
    );
    expect(books.rejected).to.deep.equal([]);
    const quantity = books.positions.get('A')?.quantity ?? NaN;
    const lastDigit = 10 ** -(factor.split('.')[1]?.length ?? 0);
    return Math.abs(HELD / quantity - Number(factor)) > lastDigit / 2 + 1e-12;
  });
  expect(off.includes(true)).to.equal(differs !== undefined);
}

/** Each event brings its cash with it, or sends it away: so the account has shares alone, as there. */
function accountOf({ trades, dividend, split }: ResultCase, currency: string): readonly AccountEvent[] {
  const place = (day: string, rank: number) => ({
    ...{
      id: String(rank),
      user: 'ann',
      time: Date.parse(`${day}T17:00:00Z`),
      rank,
      place: { file: 'case', line: rank },
    },
  });
  const bought = trades.map(([day, shares, price, fee], rank): AccountEvent => {
    const [quantity, value] = [Math.abs(shares) * SHARE, money(Math.abs(shares) * price)];
    const terms = {
      symbol: 'A',
      quantity,
      price: money(price),
      value,
      currency,
      fees: [{ currency, amount: money(fee) }],
    };
    return { ...place(day, rank), kind: 'trade', side: shares > 0 ? 'buy' : 'sell', ...terms };
  });
  if (dividend !== undefined) {
    const [day, amount] = dividend;
    bought.push({ ...place(day, 50), kind: 'dividend', symbol: 'A', currency, amount: money(amount) });
  }
  const cash = bought.flatMap((event) =>
    cashOf(event).map(({ amount }, n): AccountEvent => {
      const { time, rank, user, place: where } = event;
      const id = `${event.id} cash ${n}`;
      return { id, user, time, rank, place: where, kind: 'deposit', currency, amount: 0 - amount };
    }),
  );
  if (split !== undefined) {
    const [day, numerator, denominator] = split;
    cash.push({ ...place(day, 60), kind: 'split', symbol: 'A', numerator, denominator });
  }
  return [...bought, ...cash];
}

function playResult(each: ResultCase): void {
  const { trades, end, rates, value, result, differs, here } = each;
  const currency = rates === undefined ? 'BASE' : 'OWN';
  const prices = new Map(trades.map(([day, , price]) => [day, price]));
  const { days, total, unknown, doubts } = dailyReturns(accountOf(each, currency), {
    ...{ first: trades[0]?.[0] ?? '', last: end[0], base: 'BASE', method: 'average' },
    hasClose: (day) => day === end[0] || trades.some(([traded]) => traded === day),
    prices: (_, day) => ({ currency, amount: money(day === end[0] ? end[1] : (prices.get(day) ?? NaN)) }),
    rates: (_, day) => rates?.[day],
  });
  expect([unknown, doubts]).to.deep.equal([undefined, []]);
  const units = (amount: number): number => Math.round(amount * 1e4);
  expect(Math.abs((days.at(-1)?.value ?? NaN) - units(value))).to.be.at.most(1);
  expect(Math.abs(total.pnl - units(here ?? result))).to.be.at.most(1);
  if (differs !== undefined) expect(units(here ?? result)).to.not.equal(units(result));
}

describe('outside cases', () => {
  for (const file of [beancount, hledgerLots]) {
    describe(file.source, () => {
      for (const each of file.cases) outcome(file, each.name, each.differs, () => playLots(each));
    });
  }

  describe(capgains.source, () => {
    for (const method of ['fifo', 'lifo', 'hifo'] as const) {
      outcome(capgains, `trades by ${method}`, undefined, () => {
        expect(matchesBy(method)).to.deep.equal(matches[method]);
      });
    }
    for (const each of capgains.actions) outcome(capgains, each.name, each.differs, () => playAction(each));
  });

  describe(factorFiles.source, () => {
    for (const each of factorFiles.files) outcome(factorFiles, each.name, each.differs, () => playFactors(each));
  });

  describe(hledgerRates.source, () => {
    for (const { name, payments, end, rate } of hledgerRates.cases) {
      outcome(hledgerRates, name, undefined, () => {
        const [day, value] = end;
        const all = [...payments.map(([on, amount]) => ({ day: on, amount })), { day, amount: -value }];
        const found = moneyWeighted(all);
        expect(found.kind).to.equal('rate');
        const ofYear = (1 + (ratesOf(found)[0] ?? NaN)) ** (365.25 / 365) - 1;
        expect(ofYear * 100).to.be.closeTo(rate, 0.0055 + Math.abs(rate) * 2e-6);
      });
    }
  });

  describe(hledgerGrowth.source, () => {
    for (const { name, days, rate, differs, here } of hledgerGrowth.cases) {
      outcome(hledgerGrowth, name, differs, () => {
        const found = timeWeighted(
          0,
          days.map(([day, value, flow]) => ({ day, value, flow })),
        );
        expect((ratesOf(found)[0] ?? NaN) * 100).to.be.closeTo(here ?? rate, 0.0051);
        if (here !== undefined) expect(Math.abs(here - rate)).to.be.above(0.02);
      });
    }
  });

  describe(pyxirr.source, () => {
    for (const { name, expected, payments, differs } of pyxirr.cases) {
      outcome(pyxirr, name, differs, () => {
        const found = moneyWeighted(payments);
        for (const rate of ratesOf(found)) {
          const sizes = payments.map(({ day, amount }) => ({ day, amount: Math.abs(amount) }));
          if (rate > -0.9999)
            expect(Math.abs(presentValue(rate, payments) / presentValue(rate, sizes))).to.be.below(1e-9);
        }
        const isAmong =
          expected !== null &&
          ratesOf(found).some((rate) => Math.abs(rate - expected) < 1e-8 * (1 + Math.abs(expected)));
        expect(isAmong).to.equal(expected !== null);
        const kind =
          expected === null && differs === undefined ? 'none' : differs === 'several rates' ? 'several' : 'rate';
        expect(found.kind).to.equal(kind);
      });
    }
  });

  describe(ghostfolio.source, () => {
    for (const each of ghostfolio.cases) outcome(ghostfolio, each.name, each.differs, () => playResult(each));
  });

  it('are counted in the page, with all reasons', async () => {
    const page = await readFile(new URL('../outside-cases.md', import.meta.url), 'utf8');
    const files = [...outcomes.keys()];
    const rows = files.map((file) => {
      const played = outcomes.get(file) ?? [];
      const omitted = Object.values(file.omitted).reduce((sum, count) => sum + count, 0);
      expect(played.length + omitted, file.source).to.equal(file.count);
      return [file.count, played.length, played.filter(({ differs }) => differs === undefined).length];
    });
    const sums = [0, 1, 2].map((column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0));
    expect(tableOf(page, 'file')).to.deep.equal(
      [...rows.map((row, index) => [files[index]?.source, ...row]), ['all', ...sums]].map((row) => row.map(String)),
    );
    const played = files.flatMap((file) => outcomes.get(file) ?? []);
    expect(tableOf(page, 'what differs')).to.deep.equal(
      Object.entries(differences).map(([name, why]) => [
        name,
        String(played.filter(({ differs }) => differs === name).length),
        why,
      ]),
    );
    const omittedBy = (name: string): number =>
      files.reduce((sum, { omitted }) => sum + (Object.entries(omitted).find(([key]) => key === name)?.[1] ?? 0), 0);
    expect(tableOf(page, 'not expressed')).to.deep.equal(
      Object.entries(omissions).map(([name, why]) => [name, String(omittedBy(name)), why]),
    );
  });
});

/** The cells of the table whose first heading is this one. */
function tableOf(page: string, heading: string): readonly (readonly string[])[] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} `));
  const after = lines.slice(start + 2);
  return after
    .slice(
      0,
      after.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
