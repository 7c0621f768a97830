import type { WireHolding } from '@stockafolio/example/api';
import { floatOf } from '../figures/money.js';
import { Sparkline } from './sparkline.js';

interface HoldingLineProps {
  readonly holding: WireHolding;
  /** The day's prices; undefined before they are known. */
  readonly line: readonly number[] | undefined;
}

/** The day's prices of a holding; the end follows every change. */
export function HoldingLine({ holding: { price, dayMove }, line = [] }: HoldingLineProps) {
  // The last one of the line is in an interval that is not over: the latest price takes over from it.
  const prices = price === null || line.length === 0 ? line : [...line.slice(0, -1), floatOf(price)];
  return <Sparkline prices={prices} move={dayMove} />;
}
