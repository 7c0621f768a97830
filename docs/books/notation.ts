import type { Return } from '@stockafolio/example';

/** How the examples write amounts and rates. */
export const units = (text: string | undefined): number => Math.round(Number(text) * 1e4);
export const shown = (money: number): string => (money / 1e4).toFixed(2);

const percent = (rate: number): string => `${(rate * 100).toFixed(2)} %`;

export function returnLine(found: Return): string {
  if (found.kind === 'rate') return percent(found.rate);
  return found.kind === 'several' ? found.rates.map(percent).join(', ') : found.why;
}
