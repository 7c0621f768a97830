/** A valid message of the stream of accounts, and its position in the source. */
export interface WireEvent {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/** What a message says, with shares in 1e-8, money in 1e-4 of the currency, and the New York day and minute of its time. */
export interface Event {
  /** `trade` if it has none. */
  readonly kind: string;
  readonly id: string;
  readonly user: string;
  readonly symbol: string | undefined;
  readonly sector: string | undefined;
  readonly currency: string;
  readonly quantity: bigint | undefined;
  readonly amount: bigint | undefined;
  readonly value: bigint | undefined;
  readonly commission: bigint | undefined;
  /** Of a lot that comes with a transfer. */
  readonly opened: number | undefined;
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** Of a trade. */
  readonly trade: Trade | undefined;
  readonly time: number;
}

/** A trade; `value` is what was paid, without its commission. */
export interface Trade {
  readonly id: string;
  readonly user: string;
  readonly symbol: string;
  readonly sector: string;
  readonly side: string;
  readonly quantity: bigint;
  readonly price: bigint;
  readonly value: bigint;
  readonly time: number;
  readonly day: string;
  readonly minute: number;
  readonly shard: number;
}

/** @throws Error if it is no event */
export function readEvent({ partition, value: json }: WireEvent): Event {
  const fields = new Map(Object.entries(JSON.parse(json) as object)) as Map<string, unknown>;
  const maybe = (name: string): string | undefined => {
    const field = fields.get(name);
    return typeof field === 'string' ? field : undefined;
  };
  const text = (name: string): string => {
    const field = maybe(name);
    if (field !== undefined) return field;
    throw new Error(`${name} is missing: ${json}`);
  };
  const number = (name: string, decimals: number): bigint | undefined =>
    fields.has(name) ? units(json, name, decimals) : undefined;
  const instant = (name: string): number | undefined => {
    const field = fields.get(name);
    return typeof field === 'string' ? Date.parse(field) : typeof field === 'number' ? field : undefined;
  };
  const time = instant('time') ?? NaN;
  const [id, user] = [text('id'), text('user')];
  const kind = maybe('kind') ?? 'new';
  const quantity = number('quantity', 8);
  const own = number('value', 4);
  const tradeOf = (shares: bigint, price: bigint): Trade => ({
    ...{ id, user, symbol: text('symbol'), sector: text('sector'), side: text('side'), quantity: shares, price },
    ...{ value: own ?? worth(shares, price), time, ...wallClock(time), shard: partition },
  });
  return {
    ...{ kind: kind === 'new' ? 'trade' : kind, id, user, symbol: maybe('symbol'), sector: maybe('sector') },
    ...{ currency: maybe('currency') ?? 'USD', quantity, amount: number('amount', 4), value: own },
    ...{ commission: number('commission', 4), opened: instant('opened'), numerator: number('numerator', 0) ?? 1n },
    ...{ denominator: number('denominator', 0) ?? 1n, time },
    trade: kind === 'new' ? tradeOf(quantity ?? 0n, number('price', 4) ?? 0n) : undefined,
  };
}

/** @throws Error if it is no trade */
export function readTrade(message: WireEvent): Trade {
  const { trade } = readEvent(message);
  if (trade === undefined) throw new Error(`not a trade: ${message.value}`);
  return trade;
}
/** n / d to the nearest whole number, a half to the even one; both are above 0. */
export function divideHalfEven(n: bigint, d: bigint): bigint {
  const twice = (n % d) * 2n;
  return n / d + (twice > d || (twice === d && (n / d) % 2n === 1n) ? 1n : 0n);
}

/** Shares in 1e-8 at a price of a share in 1e-4 USD. */
export function worth(quantity: bigint, price: bigint): bigint {
  return divideHalfEven(quantity * price, 10n ** 8n);
}

/** A number of the message from its digits, because a double cannot hold all of them; in units of 10^-decimals. */
function units(json: string, name: string, decimals: number): bigint {
  const number = new RegExp(`"${name}"\\s*:\\s*"?(-?)(\\d+)(?:\\.(\\d+))?(?:[eE]([+-]?\\d+))?`, 'g');
  const match = [...json.matchAll(number)].at(-1);
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = match ?? [];
  const scale = Number(exponent) - fraction.length + decimals;
  const digits = BigInt(integer + fraction);
  const size = scale < 0 ? digits / 10n ** BigInt(-scale) : digits * 10n ** BigInt(scale);
  return sign === '-' ? -size : size;
}

const newYork = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/New_York',
  dateStyle: 'short',
  timeStyle: 'short',
});
const wallClocks = new Map<number, { day: string; minute: number }>();

function wallClock(time: number): { day: string; minute: number } {
  const key = Math.floor(time / 60_000);
  let clock = wallClocks.get(key);
  if (clock === undefined) {
    const printed = newYork.format(time);
    clock = { day: printed.slice(0, 10), minute: Number(printed.slice(11, 13)) * 60 + Number(printed.slice(14, 16)) };
    wallClocks.set(key, clock);
  }
  return clock;
}

/** `YYYY-MM-DD` in New York. */
export function newYorkDay(time: number): string {
  return wallClock(time).day;
}
