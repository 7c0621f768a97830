import { iso, shares, usd, type DumpRow } from './dump-form.js';
import { divideHalfEven, type Event, type Trade } from './wire-event.js';

/** A position by average cost; all of it as sizes but quantity, cost and realized, which have signs. */
export interface Held {
  readonly user: string;
  readonly symbol: string;
  sector: string;
  quantity: bigint;
  cost: bigint;
  realized: bigint;
  time: number;
  currency: string;
  transferred: bigint | undefined;
}

const ONE = 10n ** 8n;

const columns: Readonly<Record<string, string>> = {
  ...{ deposit: 'deposits', withdrawal: 'withdrawals', dividend: 'dividends', interest: 'interest', fee: 'fees' },
  ...{ commission: 'commissions', tax: 'taxes', exchange: 'exchanged', option: 'options' },
  ...{ 'cash-in-lieu': 'other', difference: 'other' },
};
const AMOUNTS = [
  ...['deposits', 'withdrawals', 'dividends', 'interest', 'fees', 'commissions', 'taxes', 'exchanged', 'options'],
  'other',
];

interface Sums {
  readonly user: string;
  readonly currency: string;
  readonly amounts: Map<string, bigint>;
  time: number;
}

/** The accounts of users, event by event: what is not possible is left out of everything. */
export class AccountsOracle {
  readonly positions = new Map<string, Held>();
  /** In the order in which they came. */
  readonly accepted: Event[] = [];
  readonly #sums = new Map<string, Sums>();

  /** Returns whether it is possible. */
  take(event: Event): boolean {
    const isPossible = columns[event.kind] !== undefined || this.#change(event);
    if (!isPossible) return false;
    this.accepted.push(event);
    const { kind, amount = 0n, commission, trade } = event;
    if (trade === undefined) this.#add(event, columns[kind], amount);
    else if (commission !== undefined) this.#add(event, 'commissions', -commission);
    return true;
  }

  #add({ user, currency, time }: Event, column: string | undefined, amount: bigint): void {
    if (column === undefined) return;
    const key = JSON.stringify([user, currency]);
    const sums = this.#sums.get(key) ?? { user, currency, amounts: new Map<string, bigint>(), time };
    sums.amounts.set(column, (sums.amounts.get(column) ?? 0n) + amount);
    sums.time = Math.max(sums.time, time);
    this.#sums.set(key, sums);
  }

  #change(event: Event): boolean {
    const { user, symbol = '', sector, currency, time, trade, kind } = event;
    const key = JSON.stringify([user, symbol]);
    const known = this.positions.get(key);
    const held: Held = known ?? {
      ...{ user, symbol, sector: '', quantity: 0n, cost: 0n, realized: 0n, time },
      ...{ currency, transferred: undefined },
    };
    if ((trade !== undefined || kind === 'transfer-in') && held.currency !== currency) return false;
    const { cost } = held;
    const isPossible = trade === undefined ? changeShares(held, event) : (exchange(held, trade), true);
    if (!isPossible) return false;
    if (sector !== undefined) held.sector = sector;
    if (kind.startsWith('transfer')) held.transferred = (held.transferred ?? 0n) + held.cost - cost;
    held.time = Math.max(held.time, time);
    this.positions.set(key, held);
    return true;
  }

  rows(): readonly DumpRow[] {
    return [...this.#sums.values()].map(({ user, currency, amounts, time }) => ({
      ...{ user, currency },
      ...Object.fromEntries(AMOUNTS.map((name) => [name, usd(amounts.get(name) ?? 0n)])),
      last_time: iso(time),
    }));
  }
}

/** The average cost method, sentence by sentence. */
function exchange(held: Held, { side, quantity, value }: Trade): void {
  const sign = side === 'buy' ? 1n : -1n;
  const against = held.quantity * -sign;
  const closed = against <= 0n ? 0n : quantity < against ? quantity : against;
  let opening = value;
  if (closed > 0n) {
    const exchanged = divideHalfEven(value * closed, quantity);
    const carried = divideHalfEven(size(held.cost) * closed, against);
    held.realized += sign < 0n ? exchanged - carried : carried - exchanged;
    held.cost += sign * carried;
    opening -= exchanged;
  }
  held.quantity += sign * quantity;
  held.cost += sign * opening;
}

/** What splits, dividends in shares and transfers do. Returns whether it is possible. */
function changeShares(held: Held, event: Event): boolean {
  const { kind, quantity = 0n, value = 0n, amount, numerator, denominator } = event;
  const before = size(held.quantity);
  const sign = held.quantity < 0n ? -1n : 1n;
  if (kind === 'transfer-in') {
    if (held.quantity < 0n) return false;
    held.quantity += quantity;
    held.cost += value;
    return true;
  }
  if (kind === 'transfer-out') {
    if (quantity > before) return false;
    held.cost -= sign * divideHalfEven(size(held.cost) * quantity, before);
    held.quantity -= sign * quantity;
    return true;
  }
  if (before === 0n) return false;
  const [up, down] = kind === 'split' ? [numerator, denominator] : [before + quantity, before];
  const after = (before * up) / down;
  const isExact = (before * up) % down === 0n;
  if (after === 0n) return false;
  if (amount === undefined) {
    if (!isExact) return false;
    held.quantity = sign * after;
    return true;
  }
  if (amount !== 0n && amount > 0n !== held.quantity > 0n) return false;
  const fraction = after % ONE;
  if (fraction === 0n && isExact) return false;
  const carried = divideHalfEven(size(held.cost) * fraction, after);
  held.realized += sign * (size(amount) - carried);
  held.cost -= sign * carried;
  held.quantity = sign * (after - fraction);
  return true;
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

/** The row of a position, as the table has it. */
export function positionRow({ user, symbol, sector, quantity, cost, realized, time, ...rest }: Held): DumpRow {
  return {
    ...{ user, symbol, sector, quantity: shares(quantity), cost: usd(cost), realized: usd(realized) },
    last_time: iso(time),
    ...(rest.currency === 'USD' ? {} : { currency: rest.currency }),
    ...(rest.transferred === undefined ? {} : { transferred: usd(rest.transferred) }),
  };
}

/** The row of an event that is no trade. */
export function eventRow(event: Event): DumpRow {
  const { user, time, id, kind, symbol, quantity, currency, amount, value, numerator, denominator } = event;
  return {
    ...{ user, time: iso(time), id, kind },
    ...(symbol === undefined ? {} : { symbol }),
    ...(quantity === undefined ? {} : { quantity: shares(quantity) }),
    currency,
    ...(amount === undefined ? {} : { amount: usd(amount) }),
    ...(value === undefined ? {} : { value: usd(value) }),
    ...(kind === 'split' ? { numerator: Number(numerator), denominator: Number(denominator) } : {}),
  };
}
