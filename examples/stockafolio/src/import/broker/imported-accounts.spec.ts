import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deadLetters } from '@stockafolio/engine';
import { pipelineHarness, type PipelineHarness } from '@stockafolio/testing';
import { expect } from 'chai';
import { DOLLAR, type StreamEvent } from '../../account-stream.js';
import { accounts } from '../../account-tables.js';
import { lots as openLots, realizedGains } from '../../lot-tables.js';
import { portfolio, portfolioOf } from '../../pipeline.js';
import { positions } from '../../tables.js';
import { presets } from '../presets/index.js';
import { unitsOf, type Decimal } from './decimal-text.js';
import { holdingsOf } from './holdings.js';
import { readStatement, type Statement } from './statement.js';
import { atBorder } from './stream-border.js';

const OWN = fileURLToPath(new URL('../../../test/brokers/', import.meta.url));
const OTHERS = fileURLToPath(new URL('../../../../../../shared/data/brokers/', import.meta.url));

type Accounts = PipelineHarness<StreamEvent>;

/** Tables after the events of a file. */
async function imported(statement: Statement, of = portfolio): Promise<Accounts> {
  const { sent, notYet } = atBorder(statement);
  expect(notYet).to.deep.equal({});
  const harness = pipelineHarness<StreamEvent>(of);
  harness.push(...sent.map(({ event }) => event));
  await harness.commit();
  expect(await harness.rows(deadLetters)).to.deep.equal([]);
  return harness;
}

/** Cash by currency, as the table `accounts` says how to find it; none that is 0. */
async function cashOf(tables: Accounts): Promise<Record<string, number>> {
  const cash = new Map<string, number>();
  const add = (currency: string, ...amounts: number[]): void =>
    void cash.set(
      currency,
      amounts.reduce((sum, each) => sum + each, cash.get(currency) ?? 0),
    );
  for (const row of await tables.rows(accounts)) {
    const { deposits, withdrawals, dividends, interest, fees, commissions, taxes, exchanged, options, other } = row;
    add(row.currency, deposits, withdrawals, dividends, interest, fees, commissions, taxes, exchanged, options, other);
  }
  for (const { currency = DOLLAR, realized, cost, transferred = 0 } of await tables.rows(positions))
    add(currency, realized - cost + transferred);
  return Object.fromEntries([...cash].filter(([, amount]) => amount !== 0).sort());
}

function read(folder: string, name: string): Statement {
  return readStatement(name, readFileSync(`${folder}${name}`), { user: 'ann', presets });
}

describe('the account of a file, in tables', () => {
  const laws = (folder: string, name: string): void => {
    it('has the shares and the cash of the file', async () => {
      const statement = read(folder, name);
      const tables = await imported(statement);
      const held = new Map((await tables.rows(positions)).map(({ symbol, quantity }) => [symbol, quantity]));
      for (const [symbol, quantity] of statement.held) expect(held.get(symbol) ?? 0, symbol).to.equal(quantity);
      const cash = statement.cash.flatMap(({ currency, amount }) =>
        amount === 0 ? [] : [[currency, amount] as const],
      );
      expect(await cashOf(tables)).to.deep.equal(Object.fromEntries(cash.sort()));
    });

    it('has the lots and gains of the books of the file', async () => {
      const statement = read(folder, name);
      const tables = await imported(statement, portfolioOf({ lots: 'fifo' }));
      const { all } = holdingsOf(statement.events, 'fifo');
      const lots = (await tables.rows(openLots)).map(({ symbol, opened, quantity, basis, currency = DOLLAR }) => ({
        ...{ symbol, currency, opened, quantity, basis },
      }));
      const expected = all.flatMap(({ symbol, currency, lots: own }) =>
        own.map(({ opened, quantity, basis }) => ({ symbol, currency, opened, quantity, basis })),
      );
      expect(lots).to.have.deep.members(expected);
      const gains = new Map<string, number>();
      for (const { symbol, gain } of await tables.rows(realizedGains))
        gains.set(symbol, (gains.get(symbol) ?? 0) + gain);
      for (const { symbol, realized } of all) expect(gains.get(symbol) ?? 0, symbol).to.equal(realized);
    });
  };

  for (const name of readdirSync(OWN).filter((file) => file.endsWith('.csv')))
    describe(`of ${name}`, () => {
      laws(OWN, name);
    });

  const others = existsSync(OTHERS) ? readdirSync(OTHERS).filter((each) => !each.includes('.')) : [];
  if (others.length === 0) it.skip(`of files that others made: there is no ${OTHERS}`);
  for (const broker of others)
    describe(`of another's sample of ${broker}`, () => {
      const folder = `${OTHERS}${broker}/`;
      laws(folder, 'export.csv');

      it('has the positions that another program found', async () => {
        const expected = expectedOf(folder);
        const rows = await (await imported(read(folder, 'export.csv'))).rows(positions);
        const found = rows.map(({ symbol, currency = DOLLAR, quantity, cost, realized }) => ({
          ...{ symbol: plain(symbol), currency, quantity, cost, realized },
        }));
        expect(found).to.have.deep.members(expected);
      });
    });
});

interface Expected {
  readonly positions: readonly {
    readonly symbol: string;
    readonly currency: string;
    readonly quantity: string;
    readonly averageCost: { readonly cost: string; readonly realized: string };
  }[];
}

/** A share class is separated by a point here, and otherwise by some brokers. */
function plain(symbol: string): string {
  return symbol.replace(/[ /]/, '.');
}

function expectedOf(folder: string) {
  const { positions: all } = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as Expected;
  return all.map(({ symbol, currency, quantity, averageCost: { cost, realized } }) => ({
    ...{ symbol: plain(symbol), currency, quantity: units(quantity, 8) },
    ...{ cost: units(cost, 4), realized: units(realized, 4) },
  }));
}

function units(text: string, scale: number): number {
  return unitsOf(decimalOf(text), scale);
}

function decimalOf(text: string): Decimal {
  const [whole = '', fraction = ''] = text.split('.');
  return { units: BigInt(whole + fraction), scale: fraction.length };
}
