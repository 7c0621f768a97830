import { expect } from 'chai';
import { passKeys } from './pass-keys.js';
import { mostTexts, passing } from './passing-pipelines.js';

describe('keys that pass and never come again', () => {
  for (const each of passing) {
    it(`${each.name}: state and texts are those of the keys within its window`, () => {
      const held = passKeys(each.make(), [20_000, 50_000, 100_000]);
      // All keys of the window are there, and no others.
      expect(held.map(({ entries }) => entries)).to.deep.equal(held.map(() => held[0]?.entries));
      for (const { entries, texts } of held) {
        expect(entries).to.be.within(each.holds / 4, each.holds);
        expect(texts).to.be.at.most(mostTexts(each));
      }
    }).timeout(120_000);
  }
});
