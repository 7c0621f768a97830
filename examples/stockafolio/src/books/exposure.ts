/** What the firm sees of a position. `quantity` is in 1e-8, below 0 if short; `price` in 1e-4 of the currency. */
export interface ExposedPosition {
  readonly user: string;
  readonly symbol: string;
  readonly sector: string;
  readonly quantity: number;
  /** Absent if there is none: the position is then in no sum, and its symbol is named. */
  readonly price?: number | undefined;
}

/** Units of an exposure in one of the currency: quantity x price, exact. */
export const EXPOSURE_UNIT = 10n ** 12n;

/** Sums in 1e-12 of the currency: net = long - short, gross = long + short. */
export interface Exposure {
  readonly long: bigint;
  readonly short: bigint;
  readonly net: bigint;
  readonly gross: bigint;
}

/** How much of all is in few names. Each part is the size of a net exposure over the sum of these sizes. */
export interface Concentration {
  /** The largest part; of equal ones the first by name. */
  readonly largest: { readonly name: string; readonly part: number };
  /** The sum of the squares of the parts (Herfindahl and Hirschman): 1/n if n are equal, 1 if there is one. */
  readonly herfindahl: number;
}

export interface FirmExposure {
  readonly total: Exposure;
  /** In the order of the names. */
  readonly bySymbol: ReadonlyMap<string, Exposure>;
  readonly bySector: ReadonlyMap<string, Exposure>;
  /** None if nothing is exposed. */
  readonly symbols?: Concentration;
  readonly sectors?: Concentration;
  /** Symbols that are held and have no price, in order. */
  readonly withoutPrice: readonly string[];
}

/**
 * The exposure of a firm to what its users hold, in one currency. Longs and shorts of different users in a symbol are
 * both in its gross exposure, and cancel in its net one.
 *
 * @example
 * const { total } = exposureOf([
 *   { user: 'ann', symbol: 'A', sector: 'Energy', quantity: 3e8, price: 10_0000 },
 *   { user: 'bob', symbol: 'A', sector: 'Energy', quantity: -1e8, price: 10_0000 },
 * ]);
 * [total.net / EXPOSURE_UNIT, total.gross / EXPOSURE_UNIT]; // [20n, 40n]
 */
export function exposureOf(positions: Iterable<ExposedPosition>): FirmExposure {
  const [symbols, sectors, total] = [new Map<string, Sides>(), new Map<string, Sides>(), new Sides()];
  const withoutPrice = new Set<string>();
  for (const { symbol, sector, quantity, price } of positions) {
    if (quantity === 0) continue;
    if (price === undefined) {
      withoutPrice.add(symbol);
      continue;
    }
    const value = BigInt(quantity) * BigInt(price);
    total.add(value);
    sidesIn(symbols, symbol).add(value);
    sidesIn(sectors, sector).add(value);
  }
  const [bySymbol, bySector] = [exposures(symbols), exposures(sectors)];
  const [ofSymbols, ofSectors] = [concentrationOf(bySymbol), concentrationOf(bySector)];
  return {
    total: total.exposure,
    bySymbol,
    bySector,
    ...(ofSymbols === undefined ? {} : { symbols: ofSymbols }),
    ...(ofSectors === undefined ? {} : { sectors: ofSectors }),
    withoutPrice: [...withoutPrice].sort(),
  };
}

class Sides {
  #long = 0n;
  #short = 0n;

  add(value: bigint): void {
    if (value > 0n) this.#long += value;
    else this.#short -= value;
  }

  get exposure(): Exposure {
    const [long, short] = [this.#long, this.#short];
    return { long, short, net: long - short, gross: long + short };
  }
}

function sidesIn(all: Map<string, Sides>, name: string): Sides {
  let sides = all.get(name);
  if (sides === undefined) all.set(name, (sides = new Sides()));
  return sides;
}

const exposures = (all: ReadonlyMap<string, Sides>): ReadonlyMap<string, Exposure> =>
  new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { exposure }]) => [name, exposure]));

/** The squares of sizes are summed exactly, so the order of the names changes nothing. */
function concentrationOf(all: ReadonlyMap<string, Exposure>): Concentration | undefined {
  let [sum, squares, largest, name] = [0n, 0n, 0n, ''];
  for (const [each, { net }] of all) {
    const size = net < 0n ? -net : net;
    sum += size;
    squares += size * size;
    if (size > largest) [largest, name] = [size, each];
  }
  if (sum === 0n) return undefined;
  return { largest: { name, part: quotient(largest, sum) }, herfindahl: quotient(squares, sum * sum) };
}

/** a / b as a number, for 0 <= a <= b, to 1e-15. */
function quotient(a: bigint, b: bigint): number {
  return Number((a * 10n ** 15n) / b) / 1e15;
}
