import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  accountBooks,
  moneyWeighted,
  openLots,
  timeWeighted,
  washSales,
  type BookEvent,
  type Fill,
  type LotMethod,
  type Parcel,
  type Position,
} from '@stockafolio/example';
import { playAccount } from './account-examples.js';
import { returnLine, shown, units } from './notation.js';

const SHARE = 1e8;
const noon = (day: string): number => Date.parse(`${day}T17:00:00Z`);

const pages = ['README.md', 'accounts.md'].map((page) => readFileSync(new URL(page, import.meta.url), 'utf8'));
const blocks = Array.from(pages.join('\n').matchAll(/```text\n(.*?)```/gs), ([, block = '']) =>
  block.trim().split('\n'),
);

/** The words of a line after its day. */
const forms = {
  trade: /^(buy|sell) (\w+) (\d+) (\w+) at ([\d.]+)$/,
  split: /^split (\w+) (\d+) for (\d+) and ([\d.]+)$/,
  spinOff: /^spin-off (\w+) to (\w+) (\d+) for (\d+) with (\d+)\/(\d+)$/,
  merger: /^merger (\w+) to (\w+) (\d+) for (\d+) worth ([\d.]+) and ([\d.]+)$/,
  bust: /^bust (\w+)$/,
  correct: /^correct (\w+) (\d+) (\w+) at ([\d.]+)$/,
};

function eventOf(line: string, rank: number): BookEvent {
  const [day, rest] = [line.slice(0, 10), line.slice(11)];
  const place = { id: day, time: noon(day), rank };
  const words = (form: keyof typeof forms): readonly string[] => forms[form].exec(rest)?.slice(1) ?? [];
  const ratio = (numerator?: string, denominator?: string) => ({
    numerator: Number(numerator),
    denominator: Number(denominator),
  });
  if (forms.trade.test(rest)) {
    const [side, id = '', shares, symbol = '', price] = words('trade');
    const terms = { symbol, quantity: Number(shares) * SHARE, price: units(price) };
    return { ...place, ...terms, id, kind: 'trade', side: side === 'buy' ? 'buy' : 'sell' };
  }
  if (forms.split.test(rest)) {
    const [symbol = '', n, d, cash] = words('split');
    return { ...place, kind: 'split', symbol, ...ratio(n, d), cash: units(cash) };
  }
  if (forms.spinOff.test(rest)) {
    const [symbol = '', to = '', n, d, part, whole] = words('spinOff');
    return { ...place, kind: 'spin-off', symbol, to, ...ratio(n, d), basis: ratio(part, whole) };
  }
  if (forms.merger.test(rest)) {
    const [symbol = '', to = '', n, d, value, cash] = words('merger');
    return { ...place, kind: 'merger', symbol, to, shares: ratio(n, d), value: units(value), cash: units(cash) };
  }
  if (forms.bust.test(rest)) return { ...place, kind: 'bust', amends: words('bust')[0] ?? '' };
  const [amends = '', shares, symbol = '', price] = words('correct');
  const trade = { symbol, side: 'buy', quantity: Number(shares) * SHARE, price: units(price) } as const;
  return { ...place, kind: 'correct', amends, trade };
}

function gainLine(symbol: string, { lot, quantity, proceeds, basis, gain, term }: Parcel): string {
  const shares = `${quantity / SHARE} ${symbol}`;
  return `gain of ${lot} ${shares}: ${shown(proceeds)} - ${shown(basis)} = ${shown(gain)} ${term}`;
}

function lotLines(symbol: string, position: Position, method: LotMethod): readonly string[] {
  return openLots(position, method).map(({ id, quantity, basis, tacked }) => {
    const days = tacked === 0 ? '' : `, ${tacked} days`;
    return `lot ${id} ${quantity / SHARE} ${symbol} for ${shown(basis)}${days}`;
  });
}

function booksOf(events: readonly BookEvent[], method: LotMethod): readonly string[] {
  const { positions, realized, rejected } = accountBooks(events, method);
  expect(rejected).to.deep.equal([]);
  const lots = [...positions].flatMap(([symbol, position]) => lotLines(symbol, position, method));
  return [...realized.map(({ symbol, ...parcel }) => gainLine(symbol, parcel)), ...lots];
}

function washedBooks(events: readonly BookEvent[]): readonly string[] {
  const fills = events.flatMap((event): readonly Fill[] =>
    event.kind === 'trade' ? [{ ...event, value: (event.quantity / SHARE) * event.price }] : [],
  );
  const { parcels, position } = washSales(fills, 'fifo');
  const gains = parcels.map(({ disallowed, ...parcel }) => `${gainLine('A', parcel)}, disallowed ${shown(disallowed)}`);
  return [...gains, ...lotLines('A', position, 'fifo')];
}

function returnsOf(lines: readonly string[]): readonly string[] {
  const days = lines.map((line) => {
    const [day = '', , flow, , value] = line.split(' ');
    return { day, flow: Number(flow), value: Number(value) };
  });
  const isValued = lines.every((line) => line.includes(' worth '));
  return isValued
    ? [`time-weighted: ${returnLine(timeWeighted(0, days))}`]
    : [`money-weighted: ${returnLine(moneyWeighted(days.map(({ day, flow }) => ({ day, amount: flow }))))}`];
}

const METHODS: readonly LotMethod[] = ['fifo', 'lifo', 'hifo', 'average'];

describe('the worked examples of the books', () => {
  it('are eighteen', () => {
    expect(blocks).to.have.length(18);
  });

  for (const block of blocks) {
    const account = playAccount(block);
    if (account !== undefined) {
      it(`hold: ${block.at(-1) ?? ''}`, () => {
        expect(account.found).to.deep.equal(account.said);
      });
      continue;
    }
    const isEvent = (line: string): boolean => /^\d{4}-\d\d-\d\d (?!paid)/.test(line);
    const events = block.filter(isEvent).map(eventOf);
    if (events.length === 0) {
      const paid = block.filter((line) => line.includes(' paid '));
      it(`hold: ${block.at(-1) ?? ''}`, () => {
        expect(returnsOf(paid)).to.deep.equal(block.slice(paid.length));
      });
      continue;
    }
    const starts = block.flatMap((line, index) => (/^[a-z]+:$/.test(line) ? [index] : []));
    starts.forEach((start, number) => {
      const by = block[start]?.slice(0, -1);
      it(`hold: ${block[events.length - 1] ?? ''}, ${by ?? ''}`, () => {
        const expected = block.slice(start + 1, starts[number + 1]);
        const method = METHODS.find((each) => each === by);
        expect(method === undefined ? washedBooks(events) : booksOf(events, method)).to.deep.equal(expected);
      });
    });
  }
});
