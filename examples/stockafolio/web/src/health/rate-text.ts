import { visitorsForm } from '../figures/number-form.js';
import { count } from '../figures/numbers.js';

/** A rate a second: `1,234`, `2.5`, and of less than one in ten seconds `< 0.1`. */
export function rateText(rate: number): string {
  if (rate >= 10 || rate === 0) return count(Math.round(rate));
  if (rate < 0.1) return `< ${visitorsForm().number(0.1)}`;
  return visitorsForm().number(Math.round(rate * 10) / 10);
}

/** Bytes: `1.5 MiB`. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${visitorsForm().number(power === 0 ? value : Number(value.toPrecision(3)))} ${units[power]}`;
}

/** A short duration: `12 ms`, `1.2 s`. */
export function secondsText(seconds: number): string {
  if (seconds < 1) return `${count(Math.round(seconds * 1_000))} ms`;
  return `${visitorsForm().number(Math.round(seconds * 10) / 10)} s`;
}
