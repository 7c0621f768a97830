/** A valid trade in its wire form, and its position in the source. */
export interface WireTrade {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/** The content of a wire trade, with shares in 1e-8, money in 1e-4 USD, and the New York day and minute of its time. */
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

/** @throws Error if it is not a trade */
export function readTrade({ partition, value }: WireTrade): Trade {
  const fields = new Map(Object.entries(JSON.parse(value) as object)) as Map<string, unknown>;
  const text = (name: string): string => {
    const field = fields.get(name);
    if (typeof field === 'string') return field;
    throw new Error(`not a trade, ${name} is missing: ${value}`);
  };
  const wireTime = fields.get('time');
  const time = typeof wireTime === 'number' ? wireTime : Date.parse(text('time'));
  const quantity = units(value, 'quantity', 8);
  const price = units(value, 'price', 4);
  return {
    id: text('id'),
    user: text('user'),
    symbol: text('symbol'),
    sector: text('sector'),
    side: text('side'),
    quantity,
    price,
    value: worth(quantity, price),
    time,
    ...wallClock(time),
    shard: partition,
  };
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
  const number = new RegExp(`"${name}"\\s*:\\s*"?(\\d+)(?:\\.(\\d+))?(?:[eE]([+-]?\\d+))?`, 'g');
  const match = [...json.matchAll(number)].at(-1);
  const [, integer = '', fraction = '', exponent = '0'] = match ?? [];
  const scale = Number(exponent) - fraction.length + decimals;
  const digits = BigInt(integer + fraction);
  return scale < 0 ? digits / 10n ** BigInt(-scale) : digits * 10n ** BigInt(scale);
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
