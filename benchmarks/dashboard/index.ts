/**
 * How soon does a page show a trade, and what load can the server handle? A market at a steady rate, the stream, the
 * embedded tables and the server run in one process; the browser and the clients in others. First a browser watches one
 * user, in whose name some trades are marked; then streams and requests run together.
 */
import { existsSync } from 'node:fs';
import { printTable } from '../measure.js';
import { measureLoad } from './load.js';
import { startMarket } from './market.js';
import { measureSeen, type Smoothness } from './seen.js';

const RATE = Number(process.argv[2] ?? 2_000);
const MARKS = Number(process.argv[3] ?? 100);
const STREAMS = 200;
const REQUESTS = 500;
const SECONDS = 10;
/** The time within which a page should show a trade, in milliseconds. */
const CEILING = 1_000;

const market = await startMarket(RATE);
const smooth = ({ frames, late, longTasks }: Smoothness): string[] => [
  ...[frames.toFixed(0), `${(late * 100).toFixed(1)} %`, longTasks.toFixed(1)],
];
const ms = (n: number): string => n.toFixed(0);
try {
  if (existsSync('/usr/bin/chromium')) {
    const seen = await measureSeen(market, MARKS);
    console.log(`${RATE} trades/s; ${MARKS} marked ones, from sending until they stand in the page`);
    printTable(['in the page', 'p50 ms', 'p95 ms', 'p99 ms'], [['', ms(seen.p50), ms(seen.p95), ms(seen.p99)]]);
    console.log(`ratio ${(CEILING / seen.p95).toFixed(1)} (${CEILING} ms to the p95)\n`);
    printTable(
      ['frames', 'a second', 'more than 50 ms after the one before', 'tasks over 50 ms, a second'],
      [
        ['a page that stands still', ...smooth(seen.still)],
        ['one that is updated all the time', ...smooth(seen.updated)],
      ],
    );
    console.log(`ratio ${(seen.updated.frames / seen.still.frames).toFixed(2)} (updated to still)\n`);
  } else {
    console.log('the page is not measured: there is no /usr/bin/chromium\n');
  }
  const load = await measureLoad(market, STREAMS, REQUESTS, SECONDS);
  console.log(`${STREAMS} streams and ${REQUESTS} requests/s for ${SECONDS} s, beside ${RATE} trades/s`);
  printTable(
    [
      'load',
      'answers/s',
      'p50 ms',
      'p99 ms',
      'failed',
      'events/s',
      'MB/s',
      'streams lost',
      'MiB before',
      'MiB at most',
    ],
    [
      [
        ...['', ms(load.answers), load.p50.toFixed(1), load.p99.toFixed(1), String(load.failed), ms(load.events)],
        ...[load.megabytes.toFixed(1), String(load.lost), ms(load.before), ms(load.most)],
      ],
    ],
  );
  console.log(`ratio ${(load.answers / REQUESTS).toFixed(2)} (answered to asked)`);
} finally {
  await market.stop();
}
