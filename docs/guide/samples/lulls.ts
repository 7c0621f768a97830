// #region lulls
import { int64, record, timestamp, type Infer } from '@stockafolio/core';
import { operatorFunction, type OperatorKind } from '@stockafolio/engine/operator';
import type { OperatorFunction } from 'rxjs';
import type { Sale } from './sales.js';

/** A shop that has sold nothing for a while, and how many sales it had before. */
export interface Lull {
  readonly shop: string;
  readonly since: number;
  readonly sales: number;
}

const Seen = record('seen', { sales: int64(), last: timestamp() });

const lullKind: OperatorKind<Sale, Lull, { readonly after: number }, Infer<typeof Seen>> = {
  name: 'lulls',
  start({ options: { after } }, { state, fields, moment, select, emitFigure, timers }) {
    const due = timers();
    return {
      process({ shop, time }) {
        const slot = select([shop]);
        fields.sales++;
        fields.last = Math.max(fields.last, time);
        due.move(fields.last + after, slot, moment.record);
      },
      advance(watermark) {
        due.take(watermark, (slot) => {
          state.at(slot);
          const lull = { shop: String(state.key(slot)[0]), since: fields.last, sales: fields.sales };
          emitFigure(lull, { version: state.version(slot) });
        });
      },
      restored() {
        state.forEachLive((slot) => {
          state.at(slot);
          if (fields.last + after > moment.watermark) due.add(fields.last + after, slot, -1);
        });
      },
    };
  },
};

/** Emits a shop once it has sold nothing for `after` milliseconds. */
export function lulls(name: string, after: number): OperatorFunction<Sale, Lull> {
  return operatorFunction(lullKind, name, { key: ['shop'], state: Seen, settings: { after }, options: { after } });
}
// #endregion lulls
