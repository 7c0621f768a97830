import { expect } from 'chai';
import fc from 'fast-check';
import { membersOf } from './json-members.js';

describe('members', () => {
  it('are those of JSON.parse, with spaces or without', () => {
    const spaces = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(fc.jsonValue(), spaces, (value, space) => {
        const json = JSON.stringify(value, null, space);
        const members = membersOf(json);
        if (typeof value !== 'object' || value === null || Array.isArray(value)) {
          expect(members).to.equal(undefined);
          return;
        }
        const parsed = [...(members ?? [])].map(([name, token]) => [name, JSON.parse(token) as unknown]);
        expect(parsed).to.deep.equal(Object.entries(JSON.parse(json) as object));
      }),
      { numRuns: 300 },
    );
  });

  it('keep every digit, and the last of two with one name', () => {
    const members = membersOf(' {"a":1.10000000000000000000001, "b":"x\\"}","a" : -0e0 } ');
    expect([...(members ?? [])]).to.deep.equal([
      ['a', '-0e0'],
      ['b', '"x\\"}"'],
    ]);
    expect(membersOf('{"a":1')).to.equal(undefined);
  });
});
