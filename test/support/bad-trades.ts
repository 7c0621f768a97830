/** A line that is not a trade, and what its dead letter must name. */
export interface BadLine {
  readonly what: string;
  readonly bytes: Buffer;
  readonly names: RegExp;
}

export type WireFields = Readonly<Record<string, unknown>>;

/** Every way in which a line can fail to be a trade; each is a change of a valid one. */
export function badLines(good: WireFields): BadLine[] {
  const changed = (change: WireFields): Buffer => Buffer.from(JSON.stringify({ ...good, ...change }));
  const without = (field: string): Buffer =>
    Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(good).filter(([name]) => name !== field))));
  const raw = (field: string, text: string): Buffer =>
    Buffer.from(JSON.stringify({ ...good, [field]: '@@' }).replace('"@@"', text));
  const json = JSON.stringify(good);
  const named = (what: string, bytes: Buffer, names: RegExp): BadLine => ({ what, bytes, names });
  return [
    named('broken JSON', Buffer.from(json.slice(0, -7)), /JSON|byte|expected/i),
    named('two objects', Buffer.from(`${json}${json}`), /JSON|nothing after/i),
    named('no JSON at all', Buffer.from('hello, world'), /JSON|expected/i),
    named('an unknown side', changed({ side: 'hold' }), /side/),
    named('a side in capitals', changed({ side: 'Buy ' }), /side/),
    named('a negative quantity', changed({ quantity: -5 }), /quantity/),
    named('no shares', changed({ quantity: 0 }), /quantity/),
    named('minus no shares', raw('quantity', '-0'), /quantity/),
    named('a quantity of nine decimals', raw('quantity', '1.000000005'), /quantity.*more than 8 decimals/),
    named('a quantity of nine decimals as text', changed({ quantity: '0.123456785' }), /quantity/),
    named('more than 90 million shares', changed({ quantity: 90_071_993 }), /quantity.*above the largest/),
    named('a quantity past 2^53', raw('quantity', '9007199254740993'), /quantity/),
    named('a quantity of 400 digits', raw('quantity', '9'.repeat(400)), /quantity/),
    named('a value past 2^53', changed({ quantity: 90_000_000, price: 100_000 }), /quantity.*price/),
    named('a price of five decimals', raw('price', '12.34567'), /price/),
    named('a price of five decimals as text', changed({ price: '12.34567' }), /price/),
    named('a price of nothing', changed({ price: 0 }), /price/),
    named('a negative price', changed({ price: -1 }), /price/),
    named('a price that is no number', changed({ price: 'NaN' }), /price/),
    named('an infinite price', raw('price', '1e400'), /price/),
    named('no user', without('user'), /user/),
    named('a user of null', changed({ user: null }), /user/),
    named('an empty user', changed({ user: '' }), /user/),
    named('a number as user', changed({ user: 42 }), /user/),
    named('a list as user', changed({ user: ['ann'] }), /user/),
    named('a user with an escaped NUL', raw('user', '"an\\u0000n"'), /user/),
    named('a user with half a surrogate pair', raw('user', '"an\\ud800n"'), /user/),
    named('a user of 65 characters', changed({ user: 'u'.repeat(65) }), /user/),
    named('no time', without('time'), /time/),
    named('a time in 1970', changed({ time: 0 }), /time/),
    named('a time in 1970 as text', changed({ time: '1970-01-01T00:00:00.000Z' }), /time/),
    named('a time in 2999', changed({ time: '2999-01-01T00:00:00.000Z' }), /time/),
    named('a time without a zone', changed({ time: '2026-01-05 10:00:00' }), /time/),
    named('a day that does not exist', changed({ time: '2026-02-30T15:00:00Z' }), /time/),
    named('a bust', changed({ kind: 'bust', amends: 'x' }), /^it amends 'x'/),
    named('an unknown kind', changed({ kind: 'gift' }), /kind/),
    named('nested garbage', changed({ quantity: { a: [{ b: [[[]]] }] } }), /quantity/),
    named('a deep nest', Buffer.from('['.repeat(100_000)), /JSON|expected|byte/i),
    named('an empty object', Buffer.from('{}'), /(?=.*user)(?=.*side)(?=.*quantity)(?=.*price)(?=.*time)/),
    named('null', Buffer.from('null'), /JSON|expected/i),
    named('an array', Buffer.from(`[${json}]`), /JSON|expected/i),
    named('NUL bytes', Buffer.from('\0\0\0\0'), /JSON|expected/i),
    named('a NUL byte in a text', Buffer.from(json.replace('"user":"', '"user":"\0')), /control character|JSON/i),
    named(
      'invalid UTF-8',
      Buffer.concat([Buffer.from('{"user":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      /UTF-8/,
    ),
    named('a line of 10 MB', Buffer.from(`{"user":"${'x'.repeat(10_000_000)}"}`), /bytes/),
    named('several faults', changed({ side: 'hold', quantity: 0, price: -1 }), /side.*quantity.*price/),
  ];
}
