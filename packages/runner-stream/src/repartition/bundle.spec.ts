import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '../../test/totals.js';
import { Bundle, recordsOf } from './bundle.js';

const anyRecords = fc
  .array(
    fc.record({
      step: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 40 })),
      sent: fc.oneof(fc.integer({ min: 1.7e12, max: 1.7e12 + 1e6 }), fc.integer({ min: -(2 ** 51), max: 2 ** 51 })),
      value: fc.uint8Array({ maxLength: 300 }),
      failed: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((steps) => {
    let number = -1;
    return steps.map(({ step, ...record }) => ({ ...record, number: (number += step) }));
  });

describe('Bundle', () => {
  it('gives back the records that were added, each time that it is filled', () => {
    const bundle = new Bundle();
    fc.assert(
      fc.property(anyRecords, (records) => {
        for (const each of records) bundle.add(each, each.number - 1);
        const { first, after, sent } = bundle;
        expect([first, after, sent]).to.deep.equal([
          records[0]?.number,
          (records[0]?.number ?? 0) - 1,
          records.at(-1)?.sent,
        ]);
        const found = [...recordsOf(bundle.take(), first)];
        expect(found.map((each) => ({ failed: undefined, ...each }))).to.deep.equal(records);
        expect(bundle.isEmpty).to.equal(true);
      }),
    );
  });

  it('is full in time', () => {
    const bundle = new Bundle();
    let count = 0;
    while (!bundle.isFull) bundle.add({ number: count++, sent: 0, value: new Uint8Array(10) }, count - 2);
    expect(count).to.equal(500);
    bundle.take();
    for (count = 0; !bundle.isFull; count++) bundle.add({ number: count, sent: 0, value: new Uint8Array(20_000) }, -1);
    expect(count).to.equal(4);
  });

  it('is refused if its end is missing', async () => {
    const bundle = new Bundle();
    bundle.add({ number: 3, sent: 1.7e12, value: new Uint8Array([1, 2, 3]) }, -1);
    const whole = bundle.take();
    for (let length = 1; length < whole.length; length++)
      expect(await codeOf((async () => [...recordsOf(whole.subarray(0, length), 3)])())).to.equal('ERR_LOG_CORRUPT');
  });
});
