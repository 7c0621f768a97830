import { join } from 'node:path';
import { logProducer } from '@stockafolio/connectors/log-local';
import { jsonCodec, minutes, seconds, type RecordSchema } from '@stockafolio/core';
import { Order, Payment, Quote } from './records.js';

const noon = Date.UTC(2026, 0, 5, 12);
const shops = ['harbour', 'market', 'mill'];
const articles = ['rope', 'net', 'sail'];

/** Ten dollars, and ten cents more with each quote. */
const priceAt = (minute: number): number => 10_0000 + Math.floor(minute / 10) * 1000;

/** Two hours of three shops, the same at each run: a quote every ten minutes, and an order every minute, mostly paid. */
export function twoHours(): { readonly quotes: Quote[]; readonly orders: Order[]; readonly payments: Payment[] } {
  const quotes: Quote[] = [];
  const orders: Order[] = [];
  const payments: Payment[] = [];
  for (let minute = 0; minute < 120; minute++) {
    const shop = shops[minute % shops.length] ?? '';
    const article = articles[(minute * 7) % articles.length] ?? '';
    const time = noon + minutes(minute);
    if (minute % 10 === 0) {
      for (const each of shops)
        for (const one of articles) quotes.push({ shop: each, article: one, price: priceAt(minute), time });
    }
    const id = `order-${minute}`;
    orders.push({ shop, id, article, pieces: 1 + (minute % 4), time: time + seconds(10) });
    // Every fifth order is not paid, and every seventh too late.
    if (minute % 5 === 0) continue;
    const amount = priceAt(minute) * (1 + (minute % 4));
    payments.push({ shop, order: id, amount, time: time + (minute % 7 === 0 ? minutes(40) : minutes(2)) });
  }
  return { quotes, orders, payments: payments.sort((a, b) => a.time - b.time) };
}

/** Appends records to a log in a folder. */
async function fill<T extends { readonly shop: string; readonly time: number }>(
  folder: string,
  schema: RecordSchema,
  all: readonly T[],
): Promise<void> {
  const codec = jsonCodec(schema);
  const producer = await logProducer(folder);
  await producer.append(
    all.map((each) => ({ key: Buffer.from(each.shop), value: codec.encode(each), timestamp: each.time })),
  );
  await producer.close();
}

const [, program, folder] = process.argv;
if (program === import.meta.filename && folder !== undefined) {
  const { quotes, orders, payments } = twoHours();
  await fill(join(folder, 'quotes'), Quote, quotes);
  await fill(join(folder, 'orders'), Order, orders);
  await fill(join(folder, 'payments'), Payment, payments);
}
