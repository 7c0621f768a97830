import { expect } from 'chai';
import fc from 'fast-check';
import { isStockafolioError, jsonCodec } from '@stockafolio/core';
import { generateTrades } from '../generator/trade-generator.js';
import { Trade } from '../trade.js';
import { importLines } from './import-lines.js';
import type { ImportOptions } from './import-options.js';
import type { ImportedLine } from './trade-mapper.js';

const wire = jsonCodec(Trade);
const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString());

async function imported(
  kind: 'csv' | 'jsonl',
  content: string | Uint8Array,
  options: ImportOptions = {},
  chunk = 7,
): Promise<ImportedLine[]> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < bytes.length; i += chunk) yield bytes.subarray(i, i + chunk);
  }
  const lines: ImportedLine[] = [];
  for await (const batch of importLines(chunks(), { kind, name: 'broker.csv', source: 'broker' }, options))
    lines.push(...batch);
  return lines;
}

const shown = (lines: readonly ImportedLine[]): string[] =>
  lines.map((l) => `${l.line} ${text(l.key)} ${l.problem ?? 'ok'} ${text(l.value)}`);

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (isStockafolioError(error, 'ERR_USAGE')) return `${error.message} (${error.hint ?? ''})`;
    throw error;
  }
  return 'not refused';
}

const header = 'id,user,symbol,sector,side,quantity,price,time';
const good = 't1,ann,XOM,Energy,buy,10,100.5,2026-01-05T15:00:00Z';
const goodWire =
  '{"id":"t1","user":"ann","symbol":"XOM","sector":"Energy","side":"buy","quantity":10,"price":100.5,"time":"2026-01-05T15:00:00.000Z"}';

describe('an import of CSV', () => {
  it('makes wire trades of rows, keyed by their user', async () => {
    expect(shown(await imported('csv', `${header}\n${good}\n`))).to.deep.equal([`2 ann ok ${goodWire}`]);
  });

  it('finds columns by name or number, sets constants, and generates ids and sectors', async () => {
    const lines = await imported(
      'csv',
      ',amount,price,symbol\r\n2004-01-09 00:00:00+00:00,-448,15.54,AMD\r\n\r\n2004-01-09 10:00:00-05:00,5,1,GONE',
      {
        map: { time: '#1', quantity: 'amount' },
        set: { user: 'backtest' },
        signedQuantity: true,
      },
    );
    expect(shown(lines)).to.deep.equal([
      '2 backtest ok {"id":"broker-2","user":"backtest","symbol":"AMD","sector":"Information Technology","side":"sell","quantity":448,"price":15.54,"time":"2004-01-09T00:00:00.000Z"}',
      '4 backtest ok {"id":"broker-4","user":"backtest","symbol":"GONE","sector":"Unknown","side":"buy","quantity":5,"price":1,"time":"2004-01-09T15:00:00.000Z"}',
    ]);
  });

  it('rounds prices only on request, half to even, by their digits', async () => {
    const prices = ['4.82375000001', '1.00005', '1.00015', '1.000050000000000000001', '7'];
    const file = [header, ...prices.map((p) => good.replace('100.5', p))].join('\n');
    const rounded = await imported('csv', file, { roundPrices: true });
    expect(rounded.map((l) => wire.decode(l.value).price)).to.deep.equal([48238, 10000, 10002, 10001, 70000]);
    const asTheyAre = await imported('csv', file);
    expect(asTheyAre.map((l) => l.problem === undefined)).to.deep.equal([false, false, false, false, true]);
    expect(asTheyAre[0]?.problem).to.match(/price.*4 decimals/);
  });

  it('passes a bad row on with its raw cells, so that the stream dead-letters it', async () => {
    const rows = [good.replace('10,', 'ten,'), good.replace('XOM', ''), good.replace('ann', 'a\0b'), good];
    const lines = await imported('csv', [header, ...rows].join('\n'));
    expect(lines.map((l) => l.problem)).to.deep.equal([
      "quantity: 'ten' is not a decimal number",
      'symbol: is missing',
      "user: 'a␀b' contains the character U+0000",
      undefined,
    ]);
    expect(text(lines[0]?.value ?? null)).to.equal(
      goodWire.replace(':10,', ':"ten",').replace('100.5', '"100.5"').replace('.000Z', 'Z'),
    );
    expect(JSON.parse(text(lines[2]?.value ?? null) ?? '')).to.include({ user: 'a\0b' });
    expect(lines.map((l) => l.headers?.['origin'])).to.deep.equal([
      'broker.csv:2',
      'broker.csv:3',
      'broker.csv:4',
      undefined,
    ]);
    for (const { value, problem } of lines) if (problem !== undefined) expect(() => wire.decode(value)).to.throw();
  });

  it('reads quoted cells, even over several lines; a stray quote affects only its own row', async () => {
    const note = (n: string): string => `${good},${n}`;
    const lines = await imported(
      'csv',
      [
        `${header},note`,
        note('"a, ""b"""'),
        note('"two\nlines"'),
        note('"open'),
        note('x'),
        note('"y"'),
        note('12" pipe'),
        note('z'),
      ].join('\n'),
    );
    expect(lines.map((l) => `${l.line} ${l.problem ?? 'ok'}`)).to.deep.equal([
      '2 ok',
      '3 ok',
      '5 has a quote that is not closed',
      '6 ok',
      '7 ok',
      '8 has a quote that is not closed',
      '9 ok',
    ]);
    expect(text(lines[2]?.value ?? null)).to.equal(note('"open'));
  });

  it('rejects rows of another width, rows that are not UTF-8, and rows that are too long', async () => {
    const long = good.replace('ann', 'a'.repeat(2_000_000));
    const latin = Buffer.from(good.replace('ann', 'andré'), 'latin1');
    const file = Buffer.concat([
      Buffer.from(`${header}\n1,000,${good}\nt1,ann\n${good},,\n`),
      latin,
      Buffer.from(`\n${long}\n${good}`),
    ]);
    const lines = await imported('csv', file, {}, 65_536);
    expect(lines.map((l) => `${l.line} ${l.problem ?? 'ok'}`)).to.deep.equal([
      '2 has 10 cells, the header 8',
      '3 has 2 cells, the header 8',
      '4 ok',
      '5 is not UTF-8',
      '6 is longer than 1048576 bytes',
      '7 ok',
    ]);
    expect(Buffer.compare(lines[3]?.value ?? new Uint8Array(), latin)).to.equal(0);
    expect(lines[4]?.value.length).to.equal(long.length);
  });

  it('reads broker’s words, tabs, and times of a zone', async () => {
    const file = `${header}\n${good}`.replaceAll(',', '\t').replace('buy', 'SELL').replace('T15:00:00Z', ' 10:00:00');
    const lines = await imported('csv', file, { delimiter: '\t', zone: 'America/New_York' });
    expect(shown(lines)).to.deep.equal([`2 ann ok ${goodWire.replace('buy', 'sell')}`]);
    expect((await imported('csv', file, { delimiter: '\t' }))[0]?.problem).to.match(/time.*zone/);
  });

  it('rejects a mapping that does not fit, before anything is imported', async () => {
    const file = `a,,b,a\n1,2,3,4`;
    const ask = (options: ImportOptions): Promise<string> => refusal(imported('csv', file, options));
    expect(await ask({ map: { usr: 'a' } })).to.match(/no field 'usr'.*id, user, symbol/);
    expect(await ask({ map: { user: 'c' } })).to.match(/no column 'c' for 'user'.*a, #2, b, a/);
    expect(await ask({ map: { user: '#5' } })).to.match(/no column '#5'/);
    expect(await ask({ map: { user: 'a' } })).to.match(/two columns are called 'a'.*#1/);
    expect(await ask({ map: { user: 'b' }, set: { user: 'x' } })).to.match(/both mapped and set/);
    const set = { symbol: 'XOM', side: 'buy', quantity: '1', price: '1', time: '0' };
    expect(await ask({ map: { user: '#4', kind: '' }, set })).to.equal('not refused');
    expect(await refusal(imported('csv', '"broken\n1'))).to.match(/line 1 should be the header/);
  });

  it('is the same for any chunks of the file', async () => {
    const file = Buffer.from(`\ufeff${header}\r\n${good}\r\n"t\n2"${good.slice(2)}\n\n"x\n${good}`);
    const whole = shown(await imported('csv', file, {}, 1_000_000));
    expect(whole.length).to.equal(4);
    for (let size = 1; size < 40; size++) expect(shown(await imported('csv', file, {}, size))).to.deep.equal(whole);
  });
});

describe('an import of JSON lines', () => {
  it('passes wire trades on as they are', async () => {
    const trades = generateTrades({ trades: 50, users: 9, seed: 1, start: Date.UTC(2026, 0, 5), rate: 3 }).next(50);
    const lines = trades.map((t) => text(wire.encode(t)));
    const out = await imported('jsonl', `${lines.join('\n')}\n`, {}, 1000);
    expect(out.map((l) => text(l.value))).to.deep.equal(lines);
    expect(out.map((l) => text(l.key))).to.deep.equal(trades.map((t) => t.user));
  });

  it('maps names, splits signs and keeps every digit of a number', async () => {
    const line =
      '{"px" : 1.000050000000000000001 , "who":"ann","n":{"a":[1,"}"]},"symbol":"XOM","q":-3,"time":1767625200000}';
    const [out] = await imported('jsonl', line, {
      map: { price: 'px', user: 'who', quantity: 'q' },
      signedQuantity: true,
      roundPrices: true,
    });
    expect(text(out?.value ?? null)).to.equal(
      '{"id":"broker-1","user":"ann","symbol":"XOM","sector":"Energy","side":"sell","quantity":3,"price":1.0001,"time":"2026-01-05T15:00:00.000Z"}',
    );
  });

  it('reads the first Stockafolio’s messages', async () => {
    const line =
      '{"timestamp":"2017-01-20 10:00:00","uuid_trade":"u-1","traded_stock":"AAPL","traded_stock_price":120.5,"traded_quantity":7,"trade_type":"sold","traded_stock_sector":"Tech"}';
    expect(shown(await imported('jsonl', line, { format: 'original' }))).to.deep.equal([
      '1 u-1 ok {"id":"broker-1","user":"u-1","symbol":"AAPL","sector":"Tech","side":"sell","quantity":7,"price":120.5,"time":"2017-01-20T15:00:00.000Z"}',
    ]);
  });

  it('passes invalid lines on byte by byte, with their user if there is one', async () => {
    const utf8 = Buffer.concat([Buffer.from('{"user":"ann","id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const raw = [
      Buffer.from('{"user":"ann"'),
      Buffer.from('[1]'),
      Buffer.from('nul\0'),
      utf8,
      Buffer.from(' '),
      Buffer.from('{"user":"bob"}'),
    ];
    const lines = await imported('jsonl', Buffer.concat(raw.flatMap((b) => [b, Buffer.from('\n')])));
    expect(lines.map((l) => `${text(l.key)}: ${l.problem?.split(';')[0]}`)).to.deep.equal([
      'null: is not a JSON object',
      'null: is not a JSON object',
      'null: is not a JSON object',
      'ann: is not UTF-8',
      'null: is not a JSON object',
      'bob: symbol: is missing',
    ]);
    expect(lines.map((l) => Buffer.from(l.value).toString('hex'))).to.deep.equal(raw.map((b) => b.toString('hex')));
  });

  it('passes a line of ten megabytes on', async () => {
    const long = `{"user":"${'a'.repeat(10_000_000)}"}`;
    const lines = await imported('jsonl', `${long}\n${goodWire}`, {}, 65_536);
    expect(lines.map((l) => l.problem)).to.deep.equal(['is longer than 1048576 bytes', undefined]);
    expect(text(lines[0]?.value ?? null)).to.equal(long);
  });

  it('never passes a bad row on as a valid trade under its own names', async () => {
    const line = goodWire.replace('}', ',"when":"noon"}');
    const [out] = await imported('jsonl', line, { map: { time: 'when' } });
    expect(out?.problem).to.match(/^time: 'noon'/);
    expect(() => wire.decode(out?.value ?? new Uint8Array())).to.throw();
  });

  it('makes one message of every line, whatever it holds: a trade, or the line with a problem', async () => {
    const part = fc.oneof(
      fc.constant(Buffer.from(goodWire)),
      fc.uint8Array({ maxLength: 30 }).map((b) => Buffer.from(b.filter((x) => x !== 10 && x !== 13))),
      fc.json().map((j) => Buffer.from(j)),
      fc.string().map((s) => Buffer.from(JSON.stringify({ user: s, price: 1 }))),
    );
    const options = fc.constantFrom<ImportOptions>(
      {},
      { roundPrices: true, signedQuantity: true },
      { set: { user: 'x' } },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 8 }),
        options,
        fc.integer({ min: 1, max: 50 }),
        async (lines, o, size) => {
          const bytes = Buffer.concat(lines.flatMap((b) => [b, Buffer.from('\n')]));
          const [first] = lines;
          fc.pre(first === undefined || first[0] !== 0xef);
          const out = await imported('jsonl', bytes, o, size);
          expect(out.length).to.equal(lines.filter((l) => l.length > 0).length);
          for (const { line, value, problem } of out) {
            if (problem === undefined) expect(() => wire.decode(value)).not.to.throw();
            else expect(Buffer.compare(value, lines[line - 1] ?? Buffer.of())).to.equal(0);
          }
        },
      ),
    );
  });
});
