import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError } from '@stockafolio/core';
import { ArraySplitter } from './array-splitter.js';

function split(text: string, size: number): { number: number; text: string }[] {
  const splitter = new ArraySplitter();
  const bytes = Buffer.from(text);
  const elements = [];
  for (let at = 0; at < bytes.length; at += size) elements.push(...splitter.push(bytes.subarray(at, at + size)));
  elements.push(...splitter.end());
  return elements.map((element) => ({ number: element.number, text: Buffer.from(element.bytes).toString() }));
}

function refusal(text: string): string {
  try {
    split(text, 3);
  } catch (error) {
    if (isStockafolioError(error, 'ERR_USAGE')) return error.message;
    throw error;
  }
  return 'not refused';
}

describe('the elements of an array', () => {
  it('are those of JSON.parse, whatever its layout and chunks', () => {
    const space = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), space, fc.integer({ min: 1, max: 9 }), (values, indent, size) => {
        const elements = split(`\ufeff ${JSON.stringify(values, null, indent)}\n`, size);
        expect(elements.map(({ text }) => JSON.parse(text) as unknown)).to.deep.equal(
          JSON.parse(JSON.stringify(values)),
        );
      }),
    );
  });

  it('are numbered, byte for byte, and invalid ones are passed on to be rejected', () => {
    expect(split('[\n{"a":\n1},\n\n{"b":"],\\"]"}]', 2)).to.deep.equal([
      { number: 1, text: '{"a":\n1}' },
      { number: 2, text: '{"b":"],\\"]"}' },
    ]);
    expect(split('[1,,]', 1).map(({ text }) => text)).to.deep.equal(['1', '', '']);
    expect(split('[ ]', 1)).to.deep.equal([]);
  });

  it('that are too long are one element each, with only the beginning and the size kept', () => {
    const splitter = new ArraySplitter(5_000);
    const bytes = Buffer.from(`[1,"${'x'.repeat(20_000)},]",{"a":2}]`);
    const elements = [];
    for (let at = 0; at < bytes.length; at += 900) elements.push(...splitter.push(bytes.subarray(at, at + 900)));
    elements.push(...splitter.end());
    expect(elements.map(({ number, size }) => [number, size])).to.deep.equal([
      [1, undefined],
      [2, 20_004],
      [3, undefined],
    ]);
    expect(Buffer.from(elements[1]?.bytes ?? []).toString()).to.equal(`"${'x'.repeat(4_095)}`);
    expect(Buffer.from(elements[2]?.bytes ?? []).toString()).to.equal('{"a":2}');
  });

  it('must be closed, and alone in the file', () => {
    expect(refusal('[{"a":1},\n{"b"')).to.match(/not closed.*line 2/);
    expect(refusal('')).to.match(/not closed/);
    expect(refusal('[1] x')).to.match(/line 1 has something after/);
    expect(refusal('x [1]')).to.match(/line 1 has something before/);
  });
});
