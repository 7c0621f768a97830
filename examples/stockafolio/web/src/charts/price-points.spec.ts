import { expect } from 'chai';
import type { WirePrices, WireTrade } from '@stockafolio/example/api';
import { pricePoints } from './price-points.js';

const at = (clock: string, day = '05'): string => `2026-01-${day}T${clock}:00.000Z`;
const trade = (id: string, time: string, side = 'buy'): WireTrade => ({
  ...{ id, time, symbol: 'IBM', sector: 'x', side, quantity: 10, price: '99.0000', value: '990.0000', currency: 'USD' },
});
const line = (span: WirePrices['span'], points: readonly (readonly [string, string])[], trades: WireTrade[] = []) => ({
  ...{ symbol: 'IBM', span, day: '2026-01-05', session: null, trades },
  points: points.map(([time, price]) => ({ time, price })),
});
const none = { time: null, price: null };

describe('the points of a chart of prices', () => {
  it('of a day end with the latest price, and never with one of an interval before it', () => {
    const day = line('day', [
      [at('14:39'), '100.0000'],
      [at('14:45'), '101.0000'],
    ]);
    const points = pricePoints(day, { time: at('14:47'), price: '102.0000' }, []);
    expect(points.prices).to.deep.equal([100, 101, 102]);
    expect(points.xs).to.deep.equal([579, 585, 587]);
    // The same price again, or an older one, adds no point.
    expect(pricePoints(day, { time: at('14:45'), price: '101.0000' }, []).prices).to.deep.equal([100, 101]);
    expect(pricePoints(day, none, []).prices).to.deep.equal([100, 101]);
    expect(pricePoints(day, { time: at('14:45', '04'), price: '7.0000' }, []).prices, 'of another day').to.deep.equal([
      100, 101,
    ]);
  });

  it('of a year have one for each day, whose last one follows the latest price', () => {
    const year = line('year', [
      [at('20:59', '02'), '90.0000'],
      [at('14:45'), '101.0000'],
    ]);
    const points = pricePoints(year, { time: at('14:47'), price: '102.0000' }, []);
    expect([points.xs, points.prices]).to.deep.equal([
      [0, 1],
      [90, 102],
    ]);
  });

  it('have each trade at the first point that is not older, once, whether the line or the stream has it', () => {
    const known = [trade('a', at('14:38')), trade('b', at('14:45'), 'sell')];
    const day = line(
      'day',
      [
        [at('14:39'), '100.0000'],
        [at('14:45'), '101.0000'],
      ],
      known,
    );
    const newer = [trade('b', at('14:45'), 'sell'), trade('c', at('14:46')), trade('o', at('14:46', '02'))];
    const { traded, marks } = pricePoints(day, { time: at('14:46'), price: '99.0000' }, newer);
    expect(traded).to.deep.equal(['bought 10', 'sold 10', 'bought 10']);
    expect(marks.map(({ x, side }) => [x, side])).to.deep.equal([
      [578, 'buy'],
      [585, 'sell'],
      [586, 'buy'],
    ]);
  });

  it('are none before the line is known', () => {
    expect(pricePoints(undefined, { time: at('14:46'), price: '99.0000' }, [trade('a', at('14:46'))])).to.deep.include({
      ...{ xs: [], marks: [] },
    });
  });
});
