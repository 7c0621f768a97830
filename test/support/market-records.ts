import { setTimeout as pause } from 'node:timers/promises';
import { MarketSale, Price, SalePayment } from '@stockafolio/conformance';
import { jsonCodec, keyBytes } from '@stockafolio/core';
import type { OutgoingMessage, Producer } from '@stockafolio/core/ports';
import type { Logged } from './market-oracle.js';
import { valueOf, type LoggedMessage } from './read-log.js';
import { randomFrom } from './seed.js';

const USERS = 20_000;
const SYMBOLS = 400;
/** Messages of each append. */
const BATCH = 1_000;

const codecs = { sales: jsonCodec(MarketSale), payments: jsonCodec(SalePayment), prices: jsonCodec(Price) };

export interface Producers {
  readonly sales: Producer;
  readonly payments: Producer;
  readonly prices: Producer;
}

/**
 * Sends about this many records: half of them sales, most of which are paid within five seconds or a little before, and
 * prices. Event times are up to 300 ms behind the time of sending, some more.
 *
 * @param onSent is told how many were sent
 */
export async function sendMarket(
  producers: Producers,
  count: number,
  perSecond: number,
  seed: number,
  onSent: (sent: number) => void,
): Promise<void> {
  const random = randomFrom(seed);
  const timeOf = (): number => Date.now() - Math.floor(random() * (random() < 0.002 ? 8_000 : 300));
  /** Payments, by the tenth of a second in which they are sent. */
  const due = new Map<number, OutgoingMessage[]>();
  const begun = Date.now();
  let tenth = Math.floor(begun / 100);
  for (let sent = 0, id = 0; sent < count;) {
    const [sales, prices, payments]: OutgoingMessage[][] = [[], [], []];
    for (let n = 0; n < BATCH * 0.55; n++, id++) {
      const [user, symbol] = [`u${Math.floor(random() * USERS)}`, `s${Math.floor(random() ** 2 * SYMBOLS)}`];
      const [sale, time] = [`t${id}`, timeOf()];
      const value = codecs.sales.encode({ id: sale, user, symbol, quantity: 1 + Math.floor(random() * 50), time });
      sales?.push({ key: keyBytes(user), value });
      if (random() < 0.2) continue;
      const paidAt = time + Math.floor(random() * 6_000) - 900;
      const payment = codecs.payments.encode({ sale, user, paid: 1 + (id % 1_000), time: paidAt });
      const at = Math.max(tenth + 1, Math.floor(paidAt / 100));
      const batch = due.get(at) ?? [];
      due.set(at, batch);
      batch.push({ key: keyBytes(user), value: payment });
    }
    for (let n = 0; n < BATCH * 0.15; n++) {
      const [symbol, price] = [`s${Math.floor(random() * SYMBOLS)}`, 100 + Math.floor(random() * 10_000)];
      prices?.push({ key: keyBytes(symbol), value: codecs.prices.encode({ symbol, price, time: timeOf() }) });
    }
    for (const until = Math.floor(Date.now() / 100); tenth <= until; tenth++) {
      payments?.push(...(due.get(tenth) ?? []));
      due.delete(tenth);
    }
    await Promise.all([
      append(producers.prices, prices),
      append(producers.sales, sales),
      append(producers.payments, payments),
    ]);
    sent += (sales?.length ?? 0) + (prices?.length ?? 0) + (payments?.length ?? 0);
    onSent(sent);
    await pause(Math.max(0, (sent * 1_000) / perSecond - (Date.now() - begun)));
  }
}

/** While a broker is away messages may be appended twice: the log decides what there is. */
export async function append(producer: Producer, messages: readonly OutgoingMessage[] = []): Promise<void> {
  for (let attempt = 0; messages.length > 0; attempt++) {
    try {
      return await producer.append(messages);
    } catch (error) {
      if (attempt === 60) throw error;
      await pause(1_000);
    }
  }
}

/** The records of a topic. */
export function recordsOf<T>(messages: readonly LoggedMessage[]): Logged<T>[] {
  return messages.map((message) => {
    const value = JSON.parse(valueOf(message)) as T & { readonly time: string | number };
    const record: T = { ...value, time: new Date(value.time).getTime() };
    return { partition: message.partition, offset: message.offset, sent: message.timestamp, record };
  });
}
