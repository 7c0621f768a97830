import { expect } from 'chai';
import { map } from 'rxjs';
import { bySecond, looseSales, sale, type Sale, Sum } from '@stockafolio/conformance';
import { into, pipeline, tumblingWindow } from '@stockafolio/core';
import { newEngine } from '../../test/engines.js';

describe('a batch of records', () => {
  it('ends with the record that makes a window due, so no record is folded twice', () => {
    let folded = 0;
    const counting = pipeline('counting', { sales: looseSales }, ({ sales }) => [
      into(
        bySecond,
        sales.pipe(
          tumblingWindow('seconds', {
            size: 1_000,
            key: (s) => [s.item],
            state: Sum,
            fold: (sum) => {
              folded++;
              sum.count++;
            },
          }),
          map(({ window, key: [item], value }) => ({ second: window.start, item, ...value })),
        ),
      ),
    ]);
    const { outOfOrderness } = looseSales;
    const engine = newEngine(counting);
    // a window is due from its first record on
    const first = sale({ time: 0 });
    engine.push(first, { offset: 0, ingested: 0 });
    // 1,000 and 5,000 are reached to the millisecond, each in the middle of a batch
    const times = [500, 999, 1_000 + outOfOrderness, 4_001, 5_000 + outOfOrderness, 8_400];
    const records: Sale[] = times.map((time) => sale({ time }));
    const positions = records.map((_, n) => ({ offset: 1 + n, ingested: 0 }));
    engine.pushAll(records, positions);
    expect(folded).to.equal(1 + records.length);
    expect(engine.position.offset).to.equal(1 + records.length);
  });
});
