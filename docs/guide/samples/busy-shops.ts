import { int32, int64, into, minutes, pipeline, processByKey, record, split, table, text } from '@stockafolio/core';
import { timestamp } from '@stockafolio/core';
import { map } from 'rxjs';
import { type Sale, sales } from './sales.js';

const Change = record('change', { shop: text(), time: timestamp() });
const Busy = record('busy', { pieces: int64() });
const Sold = record('sold', { pieces: int32(), time: timestamp() });

const changes = { partitionBy: ['shop'], clusterBy: ['time'] } as const;
export const busyShops = table('busy_shops', changes, Change.fields);
export const calmShops = table('calm_shops', changes, Change.fields);

export const busy = pipeline('busy', { sales }, ({ sales }) => {
  // #region busy
  const { busy, calm } = processByKey('busy', sales, {
    key: ['shop'],
    state: Busy,
    lists: { recent: Sold },
    timers: ['quiet'],
    outputs: { busy: Change, calm: Change },
    onRecord: (state, { shop, time, pieces }, { lists: { recent }, timers: { quiet }, emit }) => {
      recent.append({ pieces, time });
      state.pieces += pieces;
      for (const sold of recent) {
        if (sold.time > time - minutes(10)) break;
        state.pieces -= sold.pieces;
        recent.shift();
      }
      if (state.pieces < 100) return;
      if (quiet.at === undefined) emit.busy({ shop, time });
      quiet.set(time + minutes(10));
    },
    onTimer: (_state, { time }, { key: [shop], emit }) => emit.calm({ shop, time }),
  });
  // #endregion busy
  return [into(busyShops, busy), into(calmShops, calm)];
});

export const largeSales = table('large_sales', changes, { ...Change.fields, pieces: int64() });
export const smallSales = table('small_sales', changes, { ...Change.fields, pieces: int64() });
const row = map(({ shop, time, pieces }: Sale) => ({ shop, time, pieces }));

export const sizes = pipeline('sizes', { sales }, ({ sales }) => {
  // #region split
  const { large, rest } = split(sales, { large: ({ pieces }) => pieces >= 100 });
  return [into(largeSales, large.pipe(row)), into(smallSales, rest.pipe(row))];
  // #endregion split
});
