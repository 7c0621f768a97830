import { expect } from 'chai';
import fc from 'fast-check';
import { StockafolioError } from '@stockafolio/core';
import { checkRow } from '@stockafolio/core/ports';
import { deadLetter } from './dead-letter.js';
import { deadLetterParts, deadLetters, MESSAGE_BEGINNING, MESSAGE_PART, MAX_MESSAGE } from './system-tables.js';

const error = new StockafolioError('ERR_BAD_RECORD', 'bad');
const rowsOf = (message: Uint8Array): ReturnType<typeof deadLetter> =>
  deadLetter('shops', 0, { offset: 7, ingested: 5 }, '', error, message, 9);
const column = (table: typeof deadLetters | typeof deadLetterParts, name: string): number =>
  table.columns.findIndex((each) => each.name === name);

/** The message bytes in the rows of a dead letter. */
function messageOf([rejected, ...parts]: ReturnType<typeof deadLetter>): Buffer {
  const shown = String(rejected?.values[column(deadLetters, 'message')]);
  const texts = parts.map(({ values }) => String(values[column(deadLetterParts, 'message')]));
  const encoding = rejected?.values[column(deadLetters, 'encoding')] === 'base64' ? 'base64' : 'utf8';
  return Buffer.from(parts.length === 0 ? shown : texts.join(''), encoding);
}

describe('the rows of a dead letter', () => {
  // Around the ends of the beginning and of a part, with surrogate pairs across them.
  const lengths = [MESSAGE_BEGINNING, MESSAGE_PART, 2 * MESSAGE_PART].flatMap((n) => [n - 1, n, n + 1]);
  const message = fc
    .tuple(fc.constantFrom(...lengths, 0, 1), fc.constantFrom('a', 'é', '\u20ac'), fc.integer({ min: 0, max: 3 }))
    .map(([length, unit, pairs]) =>
      Buffer.from(unit.repeat(Math.max(0, length - pairs)) + '\ud83d\ude00'.repeat(pairs)),
    );

  it('hold the whole message, byte for byte, and each fits its table', () => {
    const bytes = fc.oneof(
      message,
      fc.constantFrom(3_071, 3_072, 3_073, 24_577).map((n) => Buffer.alloc(n, 0xff)),
    );
    fc.assert(
      fc.property(bytes, (sent) => {
        const rows = rowsOf(sent);
        for (const { table, values } of rows) checkRow(table, values, table.columns.length);
        expect(messageOf(rows).equals(sent)).to.equal(true);
        expect(rows[0]?.values[column(deadLetters, 'truncated')]).to.equal(rows.length > 1);
        expect(rows.slice(1).map(({ values }) => values[column(deadLetterParts, 'part')])).to.eql(
          rows.slice(1).map((_, n) => n),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('hold only the beginning of a message longer than the limit', () => {
    const rows = rowsOf(Buffer.alloc(MAX_MESSAGE + 1, 'a'));
    expect(rows).to.have.length(1);
    expect(rows[0]?.values[column(deadLetters, 'truncated')]).to.equal(true);
  });
});
