import { collected } from '@stockafolio/conformance';
import { expect } from 'chai';
import fc from 'fast-check';
import { inPortions } from './portions.js';

describe('inPortions', () => {
  it('cuts any content into portions of one size, with every byte once, even if the caller reuses its buffers', async () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(parts, fc.integer({ min: 1, max: 25 }), fc.boolean(), async (given, size, isWhole) => {
        const memory = new Uint8Array(20);
        const content = async function* (): AsyncIterable<Uint8Array> {
          for (const part of given) {
            memory.set(part);
            yield memory.subarray(0, part.length);
          }
        };
        const portions = await collected(inPortions(isWhole ? Buffer.concat(given) : content(), size));
        expect(Buffer.concat(portions)).to.deep.equal(Buffer.concat(given));
        for (const portion of portions.slice(0, -1)) expect(portion.length).to.equal(size);
        expect(portions.at(-1)?.length ?? 1).to.be.within(1, size);
      }),
    );
  });
});
