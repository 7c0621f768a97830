import type { Item } from './random-parts.js';

/** How far the watermark of a stream is behind its newest record, in milliseconds. */
export const OUT_OF_ORDER = 1_000;
/** Classes of amounts, of which figures change theirs. */
export const classOf = (amount: number): string => (amount < 10 ? 'small' : amount < 100 ? 'middle' : 'large');
export const mapped = ({ amount, ...item }: Item, factor: number): Item => ({
  ...item,
  amount: (amount * factor) % 31,
});

/** What is made of two items that meet, or of one of them. */
export const joined = (left: Item | undefined, right: Item | undefined): Item => ({
  time: Math.max(left?.time ?? Number.NEGATIVE_INFINITY, right?.time ?? Number.NEGATIVE_INFINITY),
  ...{ user: (left ?? right)?.user ?? '', item: (left ?? right)?.item ?? '' },
  amount: ((left?.amount ?? 0) * 2 + (right?.amount ?? 0)) % 31,
});
/** Whether an item is among those that the flow is joined with, if that is itself. */
export const isOther = ({ amount }: Item): boolean => amount % 3 !== 0;
/** The key by which an item meets those of the broadcast stream. */
export const ruleKey = (by: 'item' | 'amount', { item, amount }: Item): string =>
  by === 'item' ? item : String(amount % 3);
/** Whether a message of the broadcast stream, or of the changelog, removes what is there. */
export const isRemoval = ({ amount }: Item): boolean => amount % 5 === 4;
