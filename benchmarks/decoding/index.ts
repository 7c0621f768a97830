/** Is the generated codec worth it against JSON.parse with the same checks? Both must return equal records. */
import assert from 'node:assert';
import { jsonCodec } from '@stockafolio/core';
import { alternate, printRates } from '../measure.js';
import { parseTrade } from './by-hand.js';
import { Trade, someTrades } from './trades.js';

const codec = jsonCodec(Trade);
const trades = someTrades(100_000);
// As a Kafka client returns them: separate Buffers.
const messages = trades.map((trade) => Buffer.from(codec.encode(trade)));
const size = messages.reduce((sum, message) => sum + message.length, 0) / messages.length;
for (const [i, message] of messages.entries()) {
  if (i % 100 !== 0) continue;
  assert.deepStrictEqual({ ...codec.decode(message) }, trades[i]);
  assert.deepStrictEqual({ ...parseTrade(message) }, trades[i]);
}

let sink = 0;
const decoded = await alternate({
  codec: () => {
    for (const message of messages) sink += codec.decode(message).price;
    return messages.length;
  },
  'JSON.parse and checks': () => {
    for (const message of messages) sink += parseTrade(message).price;
    return messages.length;
  },
});
console.log(`decode, ${size.toFixed(0)} bytes a trade`);
printRates('way', 'trades', decoded.measured);
console.log(`ratio ${decoded.ratio('codec', 'JSON.parse and checks').toFixed(2)}\n`);

const encoded = await alternate({
  codec: () => {
    for (const trade of trades) sink += codec.encode(trade).length;
    return trades.length;
  },
  'JSON.stringify': () => {
    for (const trade of trades) {
      const written = { ...trade, price: trade.price / 10_000, time: new Date(trade.time).toISOString() };
      sink += Buffer.from(JSON.stringify(written)).length;
    }
    return trades.length;
  },
});
console.log('encode');
printRates('way', 'trades', encoded.measured);
console.log(`ratio ${encoded.ratio('codec', 'JSON.stringify').toFixed(2)}`);
assert(sink > 0);
