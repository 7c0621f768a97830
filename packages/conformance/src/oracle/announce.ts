import { AccountsOracle, type Held } from './accounts-oracle.js';
import { divideHalfEven, readEvent, type WireEvent } from './wire-event.js';

const ONE = 10n ** 8n;

/** A corporate action, with money in 1e-4 of the currency, and what is paid for each share in 1e-8. */
export interface Announcement {
  readonly id: string;
  readonly symbol: string;
  readonly kind: 'split' | 'stock-dividend' | 'dividend';
  /** Epoch milliseconds. */
  readonly time: number;
  readonly numerator?: bigint;
  readonly denominator?: bigint;
  readonly price?: bigint;
  readonly perShare?: bigint;
}

/**
 * The events of accounts as if each holder had got an event of their own for every action: after those of the partition up to
 * its time. It shares nothing with the library. Actions are in US dollars, and the events of a partition are in order
 * of their times.
 */
export function announced(messages: readonly WireEvent[], actions: readonly Announcement[]): readonly WireEvent[] {
  const inOrder = [...actions].sort((a, b) => a.time - b.time);
  const partitions = new Set(messages.map(({ partition }) => partition));
  return [...partitions].flatMap((partition) => {
    const accounts = new AccountsOracle();
    const values: string[] = [];
    let next = 0;
    const announceBefore = (time: number): void => {
      for (let action = inOrder[next]; action !== undefined && action.time < time; action = inOrder[++next]) {
        for (const held of [...accounts.positions.values()]) {
          const own = held.symbol === action.symbol ? eventFor(held, action) : undefined;
          if (own === undefined) continue;
          accounts.take(readEvent({ partition, offset: 0, value: own }));
          values.push(own);
        }
      }
    };
    const own = messages.filter((message) => message.partition === partition);
    for (const message of own.sort((a, b) => a.offset - b.offset)) {
      const event = readEvent(message);
      announceBefore(event.time);
      accounts.take(event);
      values.push(message.value);
    }
    announceBefore(Number.POSITIVE_INFINITY);
    return values.map((value, offset) => ({ partition, offset, value }));
  });
}

/** The message that a holder would get; undefined if the action is nothing for this one, or not possible. */
function eventFor(held: Held, action: Announcement): string | undefined {
  const { id, symbol, kind, numerator = 1n, denominator = 1n, price, perShare = 0n } = action;
  const size = held.quantity < 0n ? -held.quantity : held.quantity;
  const sign = held.quantity < 0n ? '-' : '';
  const event = { id, user: held.user, symbol, kind, time: new Date(action.time).toISOString() };
  if (size === 0n || (held.currency !== 'USD' && (price ?? action.perShare) !== undefined)) return undefined;
  if (kind === 'dividend') {
    const amount = divideHalfEven(size * perShare, 10n ** 12n);
    return amount === 0n ? undefined : JSON.stringify({ ...event, amount: `${sign}${digits(amount, 4)}` });
  }
  const all = size * (kind === 'split' ? numerator : numerator + denominator);
  const [after, isExact] = [all / denominator, all % denominator === 0n];
  if (!isExact && price === undefined) return undefined;
  const fraction = after % ONE;
  const isPaid = price !== undefined && (fraction > 0n || (kind === 'split' && !isExact));
  const amount = isPaid ? { amount: `${sign}${digits(divideHalfEven(fraction * price, ONE), 4)}` } : {};
  if (kind === 'split')
    return JSON.stringify({ ...event, numerator: Number(numerator), denominator: Number(denominator), ...amount });
  return after === size ? undefined : JSON.stringify({ ...event, quantity: digits(after - size, 8), ...amount });
}

function digits(units: bigint, decimals: number): string {
  const text = units.toString().padStart(decimals + 1, '0');
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
}
