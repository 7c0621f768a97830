import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { accounts, balances, Order, Payment } from '@stockafolio/conformance';
import { embeddedTables } from '@stockafolio/connectors/embedded';
import { jsonCodec, keyBytes } from '@stockafolio/core';
import type { Producer, Tables } from '@stockafolio/core/ports';
import { readLulls, type Lull } from '@stockafolio/engine';
import { expect } from 'chai';
import { naiveOrder } from '../../packages/engine/test/naive-order.js';
import { killHard, until } from './kill.js';
import { valueOf, type LoggedMessage } from './read-log.js';
import { lastLine, must, start } from './run-command.js';
import { randomFrom } from './seed.js';

export const APP = ['--app', join(import.meta.dirname, 'accounts-app.mjs')];

/** Where the two streams are. */
export interface TwoStreams {
  readonly orders: StreamPlace;
  readonly payments: StreamPlace;
}

interface StreamPlace {
  readonly url: string;
  producer(): Promise<Producer>;
  read(): Promise<readonly LoggedMessage[]>;
}

/** Tables, by their URL and as they are. */
export interface TablesPlace {
  readonly url: string;
  open(): Tables;
}

/** Embedded tables in a folder. */
export function embedded(folder: string): TablesPlace {
  return { url: `embedded:${folder}`, open: () => embeddedTables(folder, { readOnly: true }) };
}

const codecs = { orders: jsonCodec(Order), payments: jsonCodec(Payment) };

export function sourceArgs({ orders, payments }: TwoStreams): string[] {
  return ['--source', `orders=${orders.url}`, '--source', `payments=${payments.url}`];
}

/** Sends orders and payments of some users for a while, with lulls of each stream, and events out of order. */
export async function sendBoth({ orders, payments }: TwoStreams, count: number, seed: number): Promise<void> {
  const random = randomFrom(seed);
  const [toOrders, toPayments] = [await orders.producer(), await payments.producer()];
  try {
    for (let n = 0; n < count;) {
      // A lull of one of them, longer than others wait for it; of none; of both.
      const [hasOrders, hasPayments] = [random() < 0.85, random() < 0.85];
      const until = Date.now() + 200 + random() * 1_500;
      while (Date.now() < until && n < count) {
        for (let burst = 0; burst < 20; burst++, n++) {
          const user = `u${Math.floor(random() * 300)}`;
          const [key, cents] = [keyBytes(user), 100 + n];
          const time = Date.now() - Math.floor(random() * 300);
          if (hasOrders && random() < 0.5) {
            await toOrders.append([{ key, value: codecs.orders.encode({ user, cents, time }) }]);
          } else if (hasPayments) {
            await toPayments.append([
              { key, value: codecs.payments.encode({ payer: user, paid: cents, note: '', time }) },
            ]);
          }
        }
        await pause(random() * 40);
      }
    }
  } finally {
    await toOrders.close();
    await toPayments.close();
  }
}

/** Sends an order and a payment of each of some users, so that all partitions of both streams have some. */
export async function sendToAll({ orders, payments }: TwoStreams): Promise<void> {
  const [toOrders, toPayments] = [await orders.producer(), await payments.producer()];
  const time = Date.now();
  for (let n = 0; n < 50; n++) {
    const user = `u${n}`;
    const [key, cents] = [keyBytes(user), 100 + n];
    await toOrders.append([{ key, value: codecs.orders.encode({ user, cents, time }) }]);
    await toPayments.append([{ key, value: codecs.payments.encode({ payer: user, paid: cents, note: '', time }) }]);
  }
  await toOrders.close();
  await toPayments.close();
}

/** A slow machine is killed so often, too: after the work what was sent meanwhile is still to be processed. */
const ENOUGH = 4;

/** Streams with these arguments, killed again and again while the work goes on; returns how often it was at work. */
export async function streamKilled(
  args: readonly string[],
  work: Promise<unknown>,
  random: () => number,
): Promise<number> {
  let isOver = false;
  const over = work.finally(() => (isOver = true));
  let killed = 0;
  const isDone = (): boolean => isOver && killed >= ENOUGH;
  while (!isDone()) {
    const life = start(args);
    await life.says(/partition \d: (begins|continues)/);
    const end = Date.now() + 300 + random() * 2_500;
    await until(life, async () => isDone() || Date.now() > end);
    if (await killHard(life)) killed++;
  }
  await over;
  return killed;
}

/**
 * Checks that each balance was made of the messages of its user in the order that all messages have, each once.
 *
 * @param tables where the stream has written them
 */
export async function expectInOrder(at: TwoStreams, tables: TablesPlace): Promise<void> {
  const lines = async (table: string): Promise<Record<string, unknown>[]> => {
    const { stdout } = await must(['tables', 'dump', table, '--tables', tables.url, ...APP]);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  const logs = await Promise.all([at.orders.read(), at.payments.read()]);
  const wanted = new Map<string, string>();
  for (const partition of new Set(logs.flat().map((message) => message.partition))) {
    const own = logs.map((log, input) =>
      log.filter((message) => message.partition === partition).map((message) => entryOf(message, input)),
    );
    const passed = await lullsIn(tables, partition);
    for (const { user, cents } of naiveOrder(own, accounts.idleAfter, passed))
      wanted.set(user, `${wanted.get(user) ?? ''} ${cents}`);
  }
  const found = new Map((await lines(balances.name)).map((row) => [String(row['user']), String(row['log'])]));
  expect(found.size).to.be.greaterThan(100);
  expect([...found].sort()).to.eql([...wanted].sort());
}

async function lullsIn({ open }: TablesPlace, partition: number): Promise<readonly Lull[]> {
  const tables = open();
  try {
    return await readLulls(tables, accounts, partition);
  } finally {
    await tables.close();
  }
}

function entryOf(
  message: LoggedMessage,
  input: number,
): { input: number; offset: number; time: number; sent: number; user: string; cents: number } {
  const place = { input, offset: message.offset, sent: message.timestamp };
  const value = JSON.parse(valueOf(message)) as Readonly<Record<string, unknown>>;
  const time = new Date(value['time'] as string | number).getTime();
  if (input === 0) return { ...place, time, user: String(value['user']), cents: -Number(value['cents']) };
  return { ...place, time, user: String(value['payer']), cents: Number(value['paid']) };
}

/** Archives both streams. */
export async function archiveBoth(at: TwoStreams, files: string): Promise<void> {
  for (const [name, { url }] of Object.entries(at) as [string, StreamPlace][])
    await must(['archive', '--source', `${name}=${url}`, '--files', files, '--until-caught-up', ...APP]);
}

/** The number of messages that a batch has left to the next run. */
export async function batchBoth(
  files: string,
  tables: string,
  checkpoints: string,
  ...more: string[]
): Promise<number> {
  const ended = await must([
    ...['batch', '--files', files, '--tables', tables, '--checkpoints', checkpoints, '--json', ...APP, ...more],
  ]);
  const { units } = lastLine(ended) as { units: readonly { waiting?: number }[] };
  return units.reduce((sum, { waiting = 0 }) => sum + waiting, 0);
}
