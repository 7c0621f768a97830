import { expect } from 'chai';
import fc from 'fast-check';
import { shown } from '../../test/engines.js';
import { StockafolioError } from '../errors/index.js';
import type { Mutation } from '../ports/index.js';
import { checkRow, rowObject } from '../table/index.js';
import { bytesOf, deadLetter, jsonOf, withMessage } from './dead-letter.js';
import { MAX_LETTER } from './system-tables.js';

const place = { offset: 7, ingested: 1_234 };
const letterOf = (message: Uint8Array, error: unknown = new Error('odd')): Mutation =>
  deadLetter('p', 3, place, 'op', error, message, 99);

/** The message of a letter, and how it is kept. */
function messageOf(letter: Mutation): {
  readonly message: string;
  readonly encoding: string;
  readonly truncated: boolean;
} {
  checkRow(letter.table, letter.values);
  const { message, encoding, truncated } = rowObject(letter.table, letter.values);
  return { message: String(message), encoding: String(encoding), truncated: truncated === true };
}

describe('a dead letter', () => {
  it('says what was rejected, where and when it was, and why', () => {
    const error = new StockafolioError('ERR_OVERFLOW', 'too large');
    const letter = letterOf(bytesOf('{}'), error);
    expect(letter.version).to.equal(99);
    expect(rowObject(letter.table, letter.values)).to.eql({
      ...{ pipeline: 'p', partition: 3, offset: 7, operator: 'op', code: 'ERR_OVERFLOW', cause: 'too large' },
      ...{ message: '{}', encoding: 'utf8', truncated: false, ingested: 1_234, replayed: undefined },
    });
    expect(rowObject(letter.table, letterOf(bytesOf('{}'), 'a text').values)).to.include({
      ...{ code: 'ERR_BAD_RECORD', cause: 'a text' },
    });
  });

  it('keeps bytes that are UTF-8 as they are, a mark of their order included, and others in base64', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const { message, encoding, truncated } = messageOf(letterOf(bytes));
        expect(truncated).to.equal(false);
        expect([...Buffer.from(message, encoding === 'utf8' ? 'utf8' : 'base64')]).to.eql([...bytes]);
        if (encoding === 'base64') expect(message).to.equal(Buffer.from(bytes).toString('base64'));
      }),
      { numRuns: 500 },
    );
    const text = '\ufeffé日本😀';
    expect(messageOf(letterOf(bytesOf(text)))).to.eql({ message: text, encoding: 'utf8', truncated: false });
    expect(messageOf(letterOf(bytesOf('a\0')))).to.include({ encoding: 'base64', message: 'YQA=' });
  });

  it('keeps a message whole up to the length that a row holds, and says where it is cut', () => {
    const whole = 'x'.repeat(MAX_LETTER);
    expect(messageOf(letterOf(bytesOf(whole)))).to.eql({ message: whole, encoding: 'utf8', truncated: false });
    expect(messageOf(letterOf(bytesOf(`${whole}y`)))).to.eql({ message: whole, encoding: 'utf8', truncated: true });
    const split = messageOf(letterOf(bytesOf(`${whole.slice(1)}😀`)));
    expect(split.message.slice(0, -1)).to.equal(whole.slice(1));
    expect([split.message.at(-1), split.truncated]).to.eql(['\ufffd', true]);
    const most = (MAX_LETTER / 4) * 3;
    for (const [length, truncated] of [
      [most, false],
      [most + 1, true],
    ] as const) {
      const bytes = new Uint8Array(length).fill(0xff);
      const kept = messageOf(letterOf(bytes));
      expect([kept.encoding, kept.truncated, kept.message.length]).to.eql(['base64', truncated, MAX_LETTER]);
    }
  });

  it('keeps a cause up to its length, without what no store takes', () => {
    const causeOf = (text: string): unknown => {
      const letter = letterOf(bytesOf(''), new Error(text));
      checkRow(letter.table, letter.values);
      return rowObject(letter.table, letter.values)['cause'];
    };
    expect(causeOf('x'.repeat(4_000))).to.equal('x'.repeat(4_000));
    expect(causeOf('x'.repeat(4_001))).to.equal('x'.repeat(4_000));
    expect(causeOf('a\0b\0')).to.equal('a\ufffdb\ufffd');
    expect(causeOf('a\ud800')).to.equal('a\ufffd');
  });

  it('takes another message, and is otherwise what it was', () => {
    const letter = letterOf(bytesOf('first'));
    const other = withMessage(letter, Uint8Array.of(0xff));
    expect(rowObject(other.table, other.values)).to.eql({
      ...rowObject(letter.table, letter.values),
      ...{ message: '/w==', encoding: 'base64' },
    });
    expect(messageOf(letter).message).to.equal('first');
    expect(messageOf(withMessage(letter, bytesOf('x'.repeat(MAX_LETTER + 1)))).truncated).to.equal(true);
  });
});

describe('jsonOf', () => {
  it('shows what a codec has no form for, bigints as texts, and what is no JSON at all', () => {
    expect(jsonOf({ a: 1n, b: [2n ** 70n], c: 'x' })).to.equal(
      shown({ a: '1', b: ['1180591620717411303424'], c: 'x' }),
    );
    expect(jsonOf(undefined)).to.equal('undefined');
    expect(jsonOf(null)).to.equal('null');
  });
});
