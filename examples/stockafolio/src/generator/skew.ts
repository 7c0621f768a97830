import type { Skew } from './options.js';

/** Chooses one of n, 0 to n - 1, by fractions between 0 and 1; under Zipf's law 0 most often. */
export type Chooser = (fraction: () => number) => number;

export function chooserOf(n: number, skew: Skew): Chooser {
  return skew === 'uniform' || n === 1 ? (fraction) => Math.floor(fraction() * n) : zipf(n, skew.zipf);
}

/**
 * Zipf's law by rejection-inversion, which needs no table: W. Hörmann and G. Derflinger, "Rejection-inversion to
 * generate variates from monotone discrete distributions", ACM TOMACS 6 (1996). `area` is the integral of x^-s and
 * `inverse` its inverse.
 */
function zipf(n: number, s: number): Chooser {
  const power = 1 - s;
  const harmonic = Math.abs(power) < 1e-9;
  const area = (x: number): number => (harmonic ? Math.log(x) : (x ** power - 1) / power);
  const inverse = (y: number): number => (harmonic ? Math.exp(y) : Math.max(1 + y * power, 0) ** (1 / power));
  const low = area(1.5) - 1;
  const high = area(n + 0.5);
  // Within this distance above the rounded point every sample is accepted, without a power.
  const sure = 2 - inverse(area(2.5) - 2 ** -s);
  return (fraction) => {
    for (;;) {
      const y = high + fraction() * (low - high);
      const x = inverse(y);
      const k = Math.min(Math.max(Math.round(x), 1), n);
      if (k - x <= sure || y >= area(k + 0.5) - k ** -s) return k - 1;
    }
  };
}
