import type { GroupTarget } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { decodeTarget, decodeWord, encodeBinding, encodeTarget, encodeWord, latestBinding } from './group-words.js';

const text = fc.string({ unit: 'grapheme', maxLength: 60 });
const target: fc.Arbitrary<GroupTarget> = fc
  .record({ role: text, tables: text, checkpoints: text })
  .map(({ role, tables, checkpoints }) => ({ role, ids: { tables, checkpoints } }));

describe('the data that members of a group exchange', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(target, fc.nat(), (given, at) => {
        expect(decodeTarget(encodeTarget(given))).to.deep.equal(given);
        expect(decodeTarget(encodeTarget({ ...given, takeGroup: true }))).to.deep.equal({ ...given, takeGroup: true });
        expect(decodeWord(encodeWord({ refusedFor: given }))).to.deep.equal({ refusedFor: given });
        expect(latestBinding([encodeBinding({ target: given, at }) ?? null])).to.deep.equal({ target: given, at });
      }),
    );
    expect(decodeWord(encodeWord({}))).to.deep.equal({});
  });

  it('are ignored if other programs have written them, or nobody has', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => new TextEncoder().encode(json)),
        ),
        (bytes) => {
          expect(decodeTarget(bytes)).to.equal(undefined);
          expect(decodeWord(bytes)).to.equal(undefined);
          expect(latestBinding([new TextDecoder().decode(bytes), '', null])).to.equal(undefined);
        },
      ),
    );
  });

  it('give the latest binding if they differ between partitions', () => {
    const binding = (role: string, at: number): string => encodeBinding({ target: { role, ids: {} }, at }) ?? '';
    expect(latestBinding([binding('a', 1), null, binding('b', 3), binding('c', 2)])?.target.role).to.equal('b');
  });

  it('do not store the request to take a group, which applies to one start only', () => {
    const taken = encodeBinding({ target: { role: 'a', ids: {}, takeGroup: true }, at: 1 });
    expect(latestBinding([taken ?? null])?.target).to.deep.equal({ role: 'a', ids: {} });
  });
});
