/** A term a x e^(-t x): the logarithm and the sign of a, and t. */
export interface Term {
  readonly log: number;
  readonly sign: number;
  readonly t: number;
}

/**
 * All x in a range at which a sum of terms a x e^(-t x) is 0, least first. The terms are in the order of t, each t once.
 *
 * Such a sum has at most as many roots as its coefficients change their sign (Laguerre's form of Descartes' rule). So
 * with tau between two terms of different sign, the derivative of e^(tau x) f(x) has one change less. Its roots divide
 * the line into intervals on which e^(tau x) f is monotone: each has one root if its ends have different signs. A root
 * that f touches without a change of sign is found if f is 0 there to within rounding.
 */
export function rootsOf(terms: readonly Term[], least: number, greatest: number): readonly number[] {
  const change = terms.findIndex(({ sign }, index) => index > 0 && sign !== terms[index - 1]?.sign);
  if (change < 0) return [];
  const tau = ((terms[change - 1]?.t ?? 0) + (terms[change]?.t ?? 0)) / 2;
  const extremes = rootsOf(
    terms.map(({ log, sign, t }) => ({ log: log + Math.log(Math.abs(tau - t)), sign: t < tau ? sign : -sign, t })),
    least,
    greatest,
  );
  const found: number[] = [];
  let from = least;
  for (const to of [...extremes, greatest]) {
    const root = rootWithin(terms, from, to);
    if (root !== undefined && root !== found.at(-1)) found.push(root);
    from = to;
  }
  return found;
}

/** What a sum of terms is at x, divided by the largest of their sizes: its sign is that of the sum. */
export function valueAt(terms: readonly Term[], x: number): number {
  let largest = -Infinity;
  for (const { log, t } of terms) largest = Math.max(largest, log - t * x);
  let sum = 0;
  for (const { log, sign, t } of terms) sum += sign * Math.exp(log - t * x - largest);
  return sum;
}

/** A value that rounding alone may have made. */
const DOUBT = 2 ** -46;

function rootWithin(terms: readonly Term[], from: number, to: number): number | undefined {
  const [low, high] = [valueAt(terms, from), valueAt(terms, to)];
  if (Math.abs(low) < DOUBT) return from;
  if (Math.abs(high) < DOUBT) return to;
  return low > 0 === high > 0 ? undefined : bracketed(terms, from, to, low > 0);
}

/** Newton's steps from within a bracket that has one root; half of the bracket where a step would leave it. */
function bracketed(terms: readonly Term[], from: number, to: number, falls: boolean): number {
  let [low, high] = [from, to];
  let x = (low + high) / 2;
  for (let step = 0; step < 200; step++) {
    const value = valueAt(terms, x);
    if (value === 0) return x;
    if (value > 0 === falls) low = x;
    else high = x;
    const half = (low + high) / 2;
    const next = x - value / slopeAt(terms, x);
    // A step of Newton that halves nothing for long is replaced: every third one is a bisection.
    const better = next > low && next < high && step % 3 !== 2 ? next : half;
    if (Math.abs(better - x) <= Math.abs(x) * 2 ** -52 || high - low <= Math.abs(x) * 2 ** -51) return better;
    x = better;
  }
  return x;
}

function slopeAt(terms: readonly Term[], x: number): number {
  let largest = -Infinity;
  for (const { log, t } of terms) largest = Math.max(largest, log - t * x);
  let sum = 0;
  for (const { log, sign, t } of terms) sum -= sign * t * Math.exp(log - t * x - largest);
  return sum;
}
