import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { accountEvents, arrivalsOf, placed } from '../../test/random-account-events.js';
import { RUNS } from '../../test/random-fills.js';
import type { AccountEvent } from './account-event.js';
import { balancesAt } from './balances.js';
import type { LotMethod } from './choose-lot.js';
import { dailyReturns, type DailyReturnsOptions } from './daily-returns.js';
import { ledgerOf } from './ledger.js';

const method = fc.constantFrom<LotMethod>('fifo', 'lifo', 'hifo', 'average');

/** A price of each symbol and day, as a market without reason has it. */
function price(symbol: string, day: string): number {
  let seed = 7;
  for (const letter of symbol + day) seed = (seed * 31 + letter.charCodeAt(0)) % 99_991;
  return 1_0000 + seed * 40;
}

const options = (by: LotMethod, currency = 'USD'): DailyReturnsOptions => ({
  ...{ first: '2024-01-10', last: '2024-04-05', base: 'USD', method: by },
  prices: (symbol, day) => ({ currency, amount: price(symbol, day) }),
});

const parts = ['realized', 'unrealized', 'dividends', 'interest', 'costs', 'exchange', 'unexplained'] as const;

describe('returns by day', () => {
  it('have parts that add up to the result without a rest, in an account of one currency', () => {
    fc.assert(
      fc.property(accountEvents(['USD']), method, (events, by) => {
        const { days, opening, total } = dailyReturns(events, options(by));
        expect(days).to.have.length(60);
        let before = opening.value ?? NaN;
        for (const day of days) {
          expect(day.exchange, day.day).to.equal(0);
          expect(parts.reduce((sum, part) => sum + day[part], 0)).to.equal(day.pnl);
          expect(before + day.flow + day.pnl).to.equal(day.value);
          before = day.value;
        }
        expect((opening.value ?? NaN) + total.flow + total.pnl).to.equal(before);
      }),
      { numRuns: RUNS },
    );
  });

  it('have the value of the balances at each close', () => {
    fc.assert(
      fc.property(accountEvents(['USD']), (events) => {
        const { days } = dailyReturns(events, options('fifo'));
        for (const { day, value } of [days[0], days[20], days.at(-1)].flatMap((each) => each ?? [])) {
          const { cash, shares } = balancesAt(events, day, 'trade');
          let sum = BigInt(cash.get('USD') ?? 0);
          for (const [symbol, quantity] of shares) {
            const product = BigInt(quantity) * BigInt(price(symbol, day));
            // Rounded to the nearest unit, a half to the even one.
            const [quotient, rest] = [product / 100_000_000n, product % 100_000_000n];
            const size = rest < 0n ? -rest : rest;
            const up = size > 50_000_000n || (size === 50_000_000n && quotient % 2n !== 0n);
            sum += quotient + (up ? (rest < 0n ? -1n : 1n) : 0n);
          }
          expect(BigInt(value), day).to.equal(sum);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('are not changed by a deposit, but for its flow', () => {
    fc.assert(
      fc.property(accountEvents(['USD']), fc.integer({ min: 1, max: 9_000_0000 }), fc.nat(90), (events, amount, on) => {
        const deposit = placed({ kind: 'deposit', currency: 'USD', amount }, 'deposit', on, 99);
        const [with_, without] = [[...events, deposit], events].map((all) => dailyReturns(all, options('fifo')));
        expect(with_?.days.map(({ pnl }) => pnl)).to.deep.equal(without?.days.map(({ pnl }) => pnl));
        const flows = (with_?.total.flow ?? 0) + (with_?.opening.value ?? 0);
        expect(flows).to.equal((without?.total.flow ?? 0) + (without?.opening.value ?? 0) + amount);
      }),
      { numRuns: RUNS },
    );
  });

  it('have nothing of what shares gained before they were transferred', () => {
    fc.assert(
      fc.property(accountEvents(['USD']), fc.integer({ min: 10, max: 90 }), fc.nat(900_0000), (events, on, amount) => {
        const lots = [{ quantity: 3e8, basis: { currency: 'USD', amount }, opened: 0 }];
        const came = placed({ kind: 'transfer-in', symbol: 'Z', quantity: 3e8, lots }, 'came', on, 99);
        const result = (all: readonly AccountEvent[]) => dailyReturns(all, options('fifo'));
        const [after, before] = [result([...events, came]), result(events)];
        const first = after.days.findIndex(({ flow }, index) => flow !== before.days[index]?.flow);
        const [day, other] = [after.days[first], before.days[first]];
        expect([day?.pnl, day?.unrealized]).to.deep.equal([other?.pnl, other?.unrealized]);
        expect((day?.flow ?? 0) - (other?.flow ?? 0)).to.equal(3 * price('Z', day?.day ?? ''));
      }),
      { numRuns: RUNS },
    );
  });

  it('are the same in any order of arrival', () => {
    fc.assert(
      fc.property(
        accountEvents(['USD']).chain((events) => fc.tuple(fc.constant(events), arrivalsOf(events))),
        ([events, arrived]) => {
          expect(dailyReturns(arrived, options('fifo'))).to.deep.equal(dailyReturns(events, options('fifo')));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('have by exchange what was held x the change of its rate, and what was exchanged at another rate', () => {
    const rate = (day: string): number => 1 + (price('EUR', day) % 997) / 1000;
    const currencyOf = (symbol: string): string => (symbol === 'B' ? 'EUR' : 'USD');
    fc.assert(
      fc.property(accountEvents(), fc.integer({ min: 1, max: 59 }), (events, n) => {
        const { days, unknown } = dailyReturns(events, {
          ...options('fifo'),
          prices: (symbol, day) => ({ currency: currencyOf(symbol), amount: price(symbol, day) }),
          rates: (_, day) => rate(day).toFixed(3),
        });
        expect(unknown).to.equal(undefined);
        const [before, day] = [days[n - 1]?.day ?? '', days[n]?.day ?? ''];
        const { cash, shares } = balancesAt(events, before, 'trade');
        const euros = (cash.get('EUR') ?? 0) + ((shares.get('B') ?? 0) / 1e8) * price('B', before);
        let exchanged = 0;
        for (const entry of ledgerOf(events, 'fifo').entries) {
          if (entry.day <= before || entry.day > day) continue;
          for (const each of entry.postings) {
            if (each.kind !== 'money' || !each.account.startsWith('equity:conversion:')) continue;
            exchanged -= each.amount * (each.currency === 'EUR' ? rate(day) : 1);
          }
        }
        const expected = euros * (rate(day) - rate(before)) + exchanged;
        // Nine roundings of at most half a unit, and those of the value of the shares.
        expect(days[n]?.exchange).to.be.closeTo(expected, 6);
      }),
      { numRuns: RUNS },
    );
  });

  it('have nothing by exchange while rates do not change, but for rounding', () => {
    fc.assert(
      fc.property(accountEvents(['EUR']), (events) => {
        const { days } = dailyReturns(events, { ...options('fifo', 'EUR'), rates: () => '1.0837' });
        // Value before and after, flow, and six parts are each rounded by half a unit at most.
        for (const { exchange } of days) expect(Math.abs(exchange)).to.be.at.most(4);
      }),
      { numRuns: RUNS },
    );
  });
});

const rates =
  (of: Readonly<Record<string, string>>) =>
  (currency: string, day: string): string | undefined =>
    currency === 'EUR' ? of[day] : undefined;
const closes =
  (currency: string, of: Readonly<Record<string, number>>): DailyReturnsOptions['prices'] =>
  (_, day) => {
    const amount = of[day];
    return amount === undefined ? undefined : { currency, amount: amount * 1e4 };
  };

/** 2024-01-02, a Tuesday: 1,000.00 paid in, and 10 A bought at 90.00. */
const started = (currency: string): readonly AccountEvent[] => [
  placed({ kind: 'deposit', currency, amount: 1000_0000 }, 'd', 0, 0),
  placed(
    {
      ...{
        kind: 'trade',
        side: 'buy',
        symbol: 'A',
        quantity: 10e8,
        price: 90_0000,
        value: 900_0000,
        currency,
        fees: [],
      },
    },
    't',
    0,
    1,
  ),
];
const days = { first: '2024-01-02', last: '2024-01-04', base: 'USD', method: 'fifo' } as const;

describe('an account by day', () => {
  it('divides a result in foreign shares into what they gained and what their currency did', () => {
    const result = dailyReturns(started('EUR'), {
      ...days,
      prices: closes('EUR', { '2024-01-02': 90, '2024-01-03': 99, '2024-01-04': 99 }),
      rates: rates({ '2024-01-02': '1.10', '2024-01-03': '1.10', '2024-01-04': '1.20' }),
    });
    expect(result.days.map(({ pnl, unrealized, exchange }) => [pnl, unrealized, exchange])).to.deep.equal([
      [0, 0, 0],
      [99_0000, 99_0000, 0],
      // 1,090.00 euros, of which each is worth 0.10 more.
      [109_0000, 0, 109_0000],
    ]);
    expect(result.timeWeighted).to.deep.equal({ kind: 'rate', rate: (1199 / 1100) * (1308 / 1199) - 1 });
  });

  it('has what differs between the rate of a trade and that of the close in exchange', () => {
    const bought = placed(
      {
        ...{ kind: 'trade', side: 'buy', symbol: 'A', quantity: 1e8, price: 50_0000, value: 50_0000, currency: 'EUR' },
        ...{ fees: [], settled: { currency: 'USD', amount: -56_0000 } },
      },
      't',
      0,
      1,
    );
    const deposit = placed({ kind: 'deposit', currency: 'USD', amount: 100_0000 }, 'd', 0, 0);
    const { days: results } = dailyReturns([deposit, bought], {
      ...days,
      last: '2024-01-02',
      prices: closes('EUR', { '2024-01-02': 50 }),
      rates: rates({ '2024-01-02': '1.10' }),
    });
    expect(results.map(({ pnl, exchange }) => [pnl, exchange])).to.deep.equal([[-1_0000, -1_0000]]);
  });

  it('ends before the first day of which a price or a rate is missing, and names it', () => {
    const prices = closes('USD', { '2024-01-02': 90, '2024-01-04': 99 });
    const {
      days: known,
      total,
      unknown,
      timeWeighted,
      moneyWeighted,
    } = dailyReturns(started('EUR'), {
      ...days,
      prices,
      rates: rates({ '2024-01-02': '1.10', '2024-01-04': '1.20' }),
    });
    expect(known.map(({ day }) => day)).to.deep.equal(['2024-01-02']);
    expect(total.flow).to.equal(1100_0000);
    expect(unknown).to.deep.equal({
      day: '2024-01-03',
      missing: [
        { kind: 'price', symbol: 'A' },
        { kind: 'rate', currency: 'EUR' },
      ],
    });
    const why = 'the value is not known on 2024-01-03: no price of A, no rate of EUR';
    expect([timeWeighted, moneyWeighted]).to.deep.equal([
      { kind: 'none', why },
      { kind: 'none', why },
    ]);
  });

  it('has no value at its opening if a price is missing there', () => {
    const {
      opening,
      days: known,
      unknown,
    } = dailyReturns(started('USD'), {
      ...days,
      first: '2024-01-04',
      prices: closes('USD', { '2024-01-04': 99 }),
    });
    expect([opening, known]).to.deep.equal([{ day: '2024-01-03', value: undefined }, []]);
    expect(unknown?.day).to.equal('2024-01-03');
  });

  it('has what the same payments would have brought in an index beside it', () => {
    const more = placed({ kind: 'deposit', currency: 'USD', amount: 1000_0000 }, 'e', 2, 2);
    const { timeWeighted, moneyWeighted, benchmark } = dailyReturns([...started('USD'), more], {
      ...days,
      prices: closes('USD', { '2024-01-02': 90, '2024-01-03': 100, '2024-01-04': 100 }),
      benchmark: (day) => ({ '2023-12-29': 50, '2024-01-02': 50, '2024-01-03': 60, '2024-01-04': 57 })[day],
    });
    expect(timeWeighted.kind === 'rate' && timeWeighted.rate).to.be.closeTo(0.1, 1e-12);
    expect(benchmark?.timeWeighted).to.deep.equal({ kind: 'rate', rate: 1.2 * 0.95 - 1 });
    // 1,000.00 became 1,100.00, and so did not differ by what came at the end.
    const own = moneyWeighted.kind === 'rate' ? moneyWeighted.rate : NaN;
    expect(1000 * (1 + own) ** (2 / 365)).to.be.closeTo(1100, 1e-6);
    // 1,000.00 became 1,200.00, and with 1,000.00 more 2,090.00: 90.00 on 1,000.00 for two days.
    const rate = benchmark?.moneyWeighted.kind === 'rate' ? benchmark.moneyWeighted.rate : NaN;
    expect(1000 * (1 + rate) ** (2 / 365) + 1000).to.be.closeTo(2090, 1e-6);
  });

  it('names a level that is missing, and does not compare days on which the account has nothing', () => {
    const prices = closes('USD', { '2024-01-02': 90, '2024-01-03': 100, '2024-01-04': 100 });
    const returns = (first: string, levels: Readonly<Record<string, number>>) =>
      dailyReturns(started('USD'), { ...days, first, prices, benchmark: (day) => levels[day] }).benchmark?.timeWeighted;
    const levels = { '2023-12-28': 10, '2023-12-29': 50, '2024-01-02': 50, '2024-01-03': 60 };
    expect(returns('2024-01-02', levels)).to.deep.equal({ kind: 'none', why: 'the index has no level on 2024-01-04' });
    expect(returns('2023-12-29', { ...levels, '2024-01-04': 60 })).to.deep.equal({ kind: 'rate', rate: 1.2 - 1 });
  });

  it('says of which events up to its last day the gains are in doubt', () => {
    const gone = placed({ kind: 'merger', symbol: 'A', quantity: 0 }, 'm', 2, 3);
    const bust = placed({ kind: 'bust', amends: 'none' }, 'b', 0, 4);
    const prices = closes('USD', { '2024-01-02': 90, '2024-01-03': 90, '2024-01-04': 90 });
    const doubts = (last: string): readonly string[] =>
      dailyReturns([...started('USD'), gone, bust], { ...days, last, prices }).doubts.map(({ id }) => id);
    expect([doubts('2024-01-03'), doubts('2024-01-04')]).to.deep.equal([['b'], ['b', 'm']]);
  });

  it('refuses a day that does not exist, and a rate that is no number', () => {
    const code = (run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        return isStockafolioError(error) ? error.code : error;
      }
    };
    const prices = closes('USD', { '2024-01-02': 90 });
    const last = '2024-01-02';
    expect(code(() => dailyReturns([], { ...days, first: '2024-13-01', prices }))).to.equal('ERR_BAD_RECORD');
    expect(code(() => dailyReturns(started('EUR'), { ...days, last, prices, rates: () => '0' }))).to.equal(
      'ERR_BAD_RECORD',
    );
  });
});
