import { expect } from 'chai';
import fc from 'fast-check';
import { fit, fitting, ordered, type Entry } from './entries.js';

const entry = (text: string, detail?: string): Entry => ({
  ...{ id: text, text, action: () => undefined },
  ...(detail === undefined ? {} : { detail }),
});

describe('the entries of the palette', () => {
  const entries = fc.uniqueArray(
    fc.tuple(fc.string({ maxLength: 3, unit: fc.constantFrom('a', 'B') }), fc.constantFrom('', 'ab', 'b')),
    { selector: ([text]) => text },
  );
  const typed = fc.string({ maxLength: 2, unit: fc.constantFrom('a', 'b', 'A') });

  it('that are shown all hold the typed text, the best first, and none that fits better is left out', () => {
    fc.assert(
      fc.property(entries, typed, fc.integer({ min: 1, max: 5 }), (texts, text, most) => {
        const all = texts.map(([name, detail]) => entry(name, detail));
        const shown = fitting(all, text, most);
        const ranks = shown.map((each) => fit(each, text) ?? 9);
        expect(ranks).to.deep.equal([...ranks].sort());
        expect(shown.length).to.equal(Math.min(most, all.filter((each) => fit(each, text) !== undefined).length));
        for (const each of all)
          if (!shown.includes(each) && shown.length > 0) expect(fit(each, text) ?? 9).to.be.at.least(ranks.at(-1) ?? 9);
      }),
    );
  });

  it('come from the group whose entry is meant exactly; without a text in the order of the groups', () => {
    const groups = [
      { title: 'Pages', entries: [entry('Firm')] },
      { title: 'Symbols', entries: [entry('A', 'Agilent')] },
      { title: 'Users', entries: [entry('a1'), entry('firm')] },
      { title: 'None', entries: [] },
    ];
    const titles = (text: string): string[] => ordered(groups, text).map(({ title }) => title);
    expect(titles('')).to.deep.equal(['Pages', 'Symbols', 'Users']);
    expect(titles('a')).to.deep.equal(['Symbols', 'Users', 'Pages']);
    expect(titles('a1')[0]).to.equal('Users');
    const withTyped = [{ title: 'Users', entries: [{ ...entry('ag'), always: true }] }, ...groups];
    expect(ordered(withTyped, 'ag').map(({ title }) => title)[0]).to.equal('Symbols');
    expect(titles('firm')).to.deep.equal(['Pages', 'Users', 'Symbols']);
  });
});
