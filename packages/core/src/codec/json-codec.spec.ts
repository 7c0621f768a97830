import { expect } from 'chai';
import fc from 'fast-check';
import { BadRecordError, type Problem } from '../errors/index.js';
import { boolean, date, double, int32, money, oneOf, optional, record, text, timestamp } from '../schema/index.js';
import { jsonCodec } from './json-codec.js';

const Trade = record('trade', {
  id: text({ min: 1 }),
  user: text({ min: 1 }),
  symbol: text({ min: 1, max: 12 }),
  sector: text(),
  side: oneOf('buy', 'sell'),
  quantity: int32({ min: 1 }),
  price: money({ min: 1 }),
  time: timestamp(),
  kind: optional(oneOf('new', 'bust', 'correct')),
  amends: optional(text()),
});
const codec = jsonCodec(Trade);

const trade = {
  id: 't1',
  user: 'alice',
  symbol: 'AAPL',
  sector: 'Information Technology',
  side: 'buy' as const,
  quantity: 10,
  price: 1_199_900,
  time: Date.UTC(2017, 0, 20, 15, 0, 0, 250),
  kind: undefined,
  amends: undefined,
};
const message = {
  id: 't1',
  user: 'alice',
  symbol: 'AAPL',
  sector: 'Information Technology',
  side: 'buy',
  quantity: 10,
  price: 119.99,
  time: '2017-01-20T15:00:00.250Z',
};

const bytes = (json: string): Uint8Array => new TextEncoder().encode(json);
const decode = (json: string): unknown => codec.decode(bytes(json));
const problemsOf = (attempt: () => unknown): readonly Problem[] => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof BadRecordError) return error.problems;
    throw error;
  }
  return [];
};
const wrong = (change: Record<string, unknown>): string => {
  const json = JSON.stringify({ ...message, ...change });
  return problemsOf(() => decode(json))
    .map(({ field, message: what }) => `${field}: ${what}`)
    .join('; ');
};
/** The same, with one value given as raw JSON. */
const wrongRaw = (field: string, raw: string): string => {
  const json = JSON.stringify({ ...message, [field]: '@' }).replace('"@"', raw);
  return problemsOf(() => decode(json))
    .map((problem) => `${problem.field}: ${problem.message}`)
    .join('; ');
};

describe('jsonCodec', () => {
  it('reads the wire form, from plain bytes and from a Buffer', () => {
    const json = JSON.stringify(message);
    expect(decode(json)).to.deep.equal(trade);
    expect(codec.decode(Buffer.from(json))).to.deep.equal(trade);
    expect(Object.keys(codec.decode(bytes(json)))).to.deep.equal(Object.keys(trade));
  });

  it('reads any order, whitespace, escapes, unknown members and the last of two equal names alike', () => {
    const variants = [
      JSON.stringify(message, null, 2),
      JSON.stringify(Object.fromEntries(Object.entries(message).reverse())),
      JSON.stringify({ ...message, extra: { deep: [1, '}', { a: '\\"' }] }, more: null }),
      JSON.stringify(message).replace('"id"', '"id":3,"\\u0069d"'),
      JSON.stringify(message).replace('alice', '\\u0061lice'),
      JSON.stringify({ ...message, price: '119.9900', time: trade.time, kind: null }),
      JSON.stringify(message).replace('119.99', '1.1999E+2').replace('"quantity":10', '"quantity":1.0e1'),
      JSON.stringify({ ...message, time: '2017-01-20T10:00:00.250999-05:00' }),
    ];
    for (const variant of variants) expect(decode(variant), variant).to.deep.equal(trade);
  });

  it('names every bad field at once, in words', () => {
    const bad = { ...message, user: undefined, side: 'hold', quantity: -5, price: 12.34567 };
    expect(problemsOf(() => decode(JSON.stringify(bad)))).to.deep.equal([
      { field: 'user', message: 'is missing' },
      { field: 'side', message: "'hold' is none of buy, sell" },
      { field: 'quantity', message: '-5 is below the smallest, 1' },
      {
        field: 'price',
        message:
          "12.34567 has more than 4 decimals (round it first; a codec rounds with decimals: { round: 'half-even' }, import with --round-prices)",
      },
    ]);
  });

  it('rejects values that a field cannot hold', () => {
    expect(wrong({ id: 5 })).to.equal('id: 5 is not text');
    expect(wrong({ id: null })).to.equal('id: null is not text');
    expect(wrong({ id: ['a'] })).to.equal('id: a list is not text');
    expect(wrong({ id: '' })).to.equal('id: is empty');
    expect(wrong({ id: 'a\0b' })).to.equal("id: 'a␀b' contains the character U+0000");
    expect(wrong({ id: 'x'.repeat(300) })).to.equal(`id: '${'x'.repeat(39)}…' has 300 characters, more than 255`);
    expect(wrongRaw('id', '"\\ud800"')).to.equal('id: contains half of a surrogate pair');
    expect(wrong({ quantity: '10' })).to.equal("quantity: '10' is not a whole number");
    expect(wrong({ quantity: 1.5 })).to.equal('quantity: 1.5 is not a whole number');
    expect(wrong({ quantity: 3e9 })).to.equal('quantity: 3000000000 is above the largest, 2147483647');
    expect(wrongRaw('quantity', '1e400')).to.equal('quantity: 1e400 is above the largest, 2147483647');
    expect(wrongRaw('quantity', '1e999999999999')).to.match(/above the largest/);
    expect(wrong({ price: 'NaN' })).to.equal("price: 'NaN' is not an amount of money");
    expect(wrong({ price: 0 })).to.equal('price: 0 is below the smallest, 0.0001');
    expect(wrongRaw('price', '900719925474.0992')).to.match(/above the largest, 900719925474.0991/);
    expect(wrong({ time: '2026-02-30T00:00:00Z' })).to.equal(
      "time: '2026-02-30T00:00:00Z' is a day that does not exist",
    );
    expect(wrong({ time: '2026-02-03T25:00:00Z' })).to.match(/time of day that does not exist/);
    expect(wrong({ time: '2026-02-03T05:00:00' })).to.match(/has no time zone/);
    expect(wrong({ time: 1e17 })).to.match(/above the largest/);
    expect(wrong({ time: true })).to.equal('time: true is not a time');
  });

  it('rejects dates that do not exist, also as the first one', () => {
    const days = jsonCodec(record('days', { day: date() }));
    for (const day of ['          ', '2017-02-29', '0000-01-01', '2017-1-1', '']) {
      expect(
        problemsOf(() => days.decode(bytes(JSON.stringify({ day })))),
        day,
      ).to.have.length(1);
    }
    expect(days.decode(bytes('{"day":"2016-02-29"}'))).to.deep.equal({ day: '2016-02-29' });
  });

  it('reports where a message stops being JSON', () => {
    const what = (json: string): string | undefined => problemsOf(() => decode(json))[0]?.message;
    expect(what('')).to.equal('the message is empty');
    expect(what('{"id" 5}')).to.equal("byte 6: expected ':'");
    expect(what('{"id":5')).to.equal("byte 7: ends where ',' or '}' is expected");
    expect(what('{"id":01}')).to.equal("byte 7: expected ',' or '}'");
    expect(what('{"id":"a\nb"}')).to.equal('byte 8: a control character in a string');
    expect(what('[1]')).to.equal("byte 0: expected '{'");
    expect(what('\ufeff{}')).to.equal("byte 0: expected '{'");
    expect(what('{} x')).to.equal('byte 3: expected nothing after the object');
    expect(problemsOf(() => codec.decode(Uint8Array.of(0x7b, 0x22, 0xff, 0x22)))[0]?.message).to.equal(
      'the message is not UTF-8',
    );
  });

  it('rejects a message of 10 MB without reading it', () => {
    const huge = new Uint8Array(10_000_000).fill(0x61);
    const start = process.hrtime.bigint();
    expect(problemsOf(() => codec.decode(huge))[0]?.message).to.match(/10000000 bytes, more than 1048576/);
    expect(Number(process.hrtime.bigint() - start)).to.be.lessThan(50_000_000);
  });

  it('applies the check of the schema last', () => {
    const Span = record(
      'span',
      { from: int32(), to: int32() },
      { check: (s) => (s.from > s.to ? 'from is past to' : undefined) },
    );
    const spans = jsonCodec(Span);
    expect(spans.decode(bytes('{"from":1,"to":2}'))).to.deep.equal({ from: 1, to: 2 });
    expect(problemsOf(() => spans.decode(bytes('{"from":3,"to":2}')))).to.deep.equal([
      { field: '', message: 'from is past to' },
    ]);
  });

  it('returns the same after it has adapted to another order of members', () => {
    const adaptive = jsonCodec(Trade);
    const reversed = { venue: 'X', ...Object.fromEntries(Object.entries(message).reverse()), lot: -1.5e3, odd: false };
    const variants = [
      reversed,
      { ...reversed, kind: 'bust' },
      { ...reversed, venue: [1] },
      { ...reversed, id: undefined },
      message,
    ];
    const outcomes = (): unknown[] =>
      variants.map((variant) => problemsOf(() => adaptive.decode(bytes(JSON.stringify(variant)))));
    const before = outcomes();
    for (let i = 0; i < 200; i++) expect(adaptive.decode(bytes(JSON.stringify(reversed)))).to.deep.equal(trade);
    expect(outcomes()).to.deep.equal(before);
    expect(adaptive.decode(bytes(JSON.stringify(message)))).to.deep.equal(trade);
    expect(adaptive.decode(bytes(JSON.stringify(variants[1])))).to.deep.equal({ ...trade, kind: 'bust' });
  });

  it('requires its fields under names of any characters', () => {
    const named = jsonCodec(record('named', { user: text() }), { names: { user: 'Käufer "A"' } });
    expect(named.decode(named.encode({ user: 'alice' }))).to.deep.equal({ user: 'alice' });
    expect(problemsOf(() => named.decode(bytes('{}')))).to.deep.equal([{ field: 'Käufer "A"', message: 'is missing' }]);
  });
});

describe('jsonCodec and JSON.parse', () => {
  // Every field is optional and of any text, so a rejected message is rejected as JSON.
  const Loose = record('loose', { a: optional(text({ max: 1e6 })), b: optional(double()), c: optional(boolean()) });
  const loose = jsonCodec(Loose);
  const base = '{"a":"x\\n\\u00e9é","b":-1.5e3,"c":true,"d":{"e":[1,null,"]"]},"f":[]}';

  // The generated decoder expects its unknown members as well.
  before(() => {
    for (let i = 0; i < 100; i++) loose.decode(bytes(base));
  });

  const agree = (input: Uint8Array): void => {
    let parsed: unknown;
    let isJson = true;
    try {
      parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input));
    } catch {
      isJson = false;
    }
    const problems = problemsOf(() => loose.decode(input));
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    const saidNotJson = problems.length > 0 && problems[0]?.field === '';
    expect(saidNotJson, Buffer.from(input).toString()).to.equal(!isJson || !isObject);
    if (problems.length > 0) return;
    const { a, b, c } = parsed as Record<string, unknown>;
    expect(loose.decode(input)).to.deep.equal({ a: a ?? undefined, b: b ?? undefined, c: c ?? undefined });
  };

  it('agree on mutated messages about what is JSON and about the values', () => {
    const tokens = [
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      ' ',
      '\n',
      '-',
      '0',
      '1',
      '.',
      'e',
      '+',
      't',
      'null',
      '\\u00',
      '\\ud800',
      '\u0001',
      '\ufeff',
      'é',
      '"a":"b"',
      '"b":-0',
      ',"c":false',
    ];
    const edit = fc.record({
      at: fc.nat(base.length),
      cut: fc.nat(4),
      insert: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('', ...tokens) }, { weight: 1, arbitrary: fc.string() }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let json = base;
        for (const { at, cut, insert } of edits) json = json.slice(0, at) + insert + json.slice(at + cut);
        agree(bytes(json));
      }),
      { numRuns: 5000 },
    );
  });

  it('agree on any object and any bytes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'x', '__proto__'), fc.jsonValue()), (value) =>
        agree(bytes(JSON.stringify(value))),
      ),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), agree));
    for (let end = 0; end <= base.length; end++) agree(bytes(base.slice(0, end)));
  });
});

describe('encode', () => {
  it('writes the wire form', () => {
    expect(JSON.parse(Buffer.from(codec.encode(trade)).toString())).to.deep.equal(message);
  });

  it('rejects what decode would reject, and works correctly afterwards', () => {
    expect(problemsOf(() => codec.encode({ ...trade, quantity: Number.NaN }))).to.deep.equal([
      { field: 'quantity', message: "'NaN' is not a whole number within 2^53" },
    ]);
    expect(problemsOf(() => codec.encode({ ...trade, sector: 'x'.repeat(256) }))[0]).to.include({ field: 'sector' });
    expect(problemsOf(() => codec.encode({ ...trade, sector: 'x'.repeat(256) }))[0]?.message).to.match(
      /^'x+…' has 256 characters, not \d+ to 255$/,
    );
    expect(problemsOf(() => codec.encode({ ...trade, user: 'a\0' }))).to.have.length(1);
    expect(codec.decode(codec.encode(trade))).to.deep.equal(trade);
  });

  it('keeps earlier messages when its buffer is full', () => {
    const long = { ...trade, sector: 'x'.repeat(255) };
    const first = codec.encode(trade);
    for (let i = 0; i < 1000; i++) codec.encode(long);
    expect(codec.decode(first)).to.deep.equal(trade);
  });
});

describe('the messages of the first Stockafolio', () => {
  const original = jsonCodec(Trade, {
    names: {
      time: 'timestamp',
      user: 'uuid_trade',
      symbol: 'traded_stock',
      price: 'traded_stock_price',
      quantity: 'traded_quantity',
      side: 'trade_type',
      sector: 'traded_stock_sector',
    },
    values: { side: { sold: 'sell' } },
    zone: 'America/New_York',
    computed: { id: ({ partition, offset }) => `${partition}-${offset}` },
  });
  const old = {
    timestamp: '2017-01-20 10:00:00',
    uuid_trade: 'alice',
    traded_stock: 'AAPL',
    traded_stock_price: 119.99,
    traded_quantity: 10,
    trade_type: 'sold',
    traded_stock_sector: 'IT',
  };
  const at = { partition: 3, offset: 17 };
  const timeOf = (local: string): string =>
    new Date(original.decode(bytes(JSON.stringify({ ...old, timestamp: local })), at).time).toISOString();

  it('become trades whose id is their position', () => {
    const read = original.decode(bytes(JSON.stringify(old)), at);
    expect(read).to.deep.include({ id: '3-17', user: 'alice', side: 'sell', price: 1_199_900, sector: 'IT' });
    expect(JSON.parse(Buffer.from(original.encode(read)).toString())).to.deep.equal(old);
  });

  it('are in New York time: a skipped time keeps the offset before, a repeated one is its first occurrence', () => {
    expect(timeOf('2017-01-20 10:00:00')).to.equal('2017-01-20T15:00:00.000Z');
    expect(timeOf('2017-07-20 10:00:00')).to.equal('2017-07-20T14:00:00.000Z');
    expect(timeOf('2017-03-12 01:59:59')).to.equal('2017-03-12T06:59:59.000Z');
    expect(timeOf('2017-03-12 02:30:00')).to.equal('2017-03-12T07:30:00.000Z');
    expect(timeOf('2017-03-12 03:00:00')).to.equal('2017-03-12T07:00:00.000Z');
    expect(timeOf('2017-11-05 00:59:59')).to.equal('2017-11-05T04:59:59.000Z');
    expect(timeOf('2017-11-05 01:30:00')).to.equal('2017-11-05T05:30:00.000Z');
    expect(timeOf('2017-11-05 02:00:00')).to.equal('2017-11-05T07:00:00.000Z');
  });

  it('name bad fields by their foreign names', () => {
    const bad = { ...old, trade_type: 'hold', traded_quantity: 0 };
    expect(
      problemsOf(() => original.decode(bytes(JSON.stringify(bad)), at)).map((p) => `${p.field}: ${p.message}`),
    ).to.deep.equal(["trade_type: 'hold' is none of buy, sold", 'traded_quantity: 0 is below the smallest, 1']);
  });

  it('use a default for missing fields', () => {
    const lenient = jsonCodec(Trade, { defaults: { sector: 'unknown', kind: 'new' } });
    const json = bytes(JSON.stringify({ ...message, sector: undefined }));
    for (let i = 0; i < 100; i++)
      expect(lenient.decode(json)).to.deep.equal({ ...trade, sector: 'unknown', kind: 'new' });
  });
});
