import type { Side } from '../trade.js';
import type { Shares } from './corporate-actions.js';
import type { Lot } from './lot.js';
import type { MergerTerms } from './mergers.js';
import type { Ratio } from './reshape.js';

/**
 * Where an event is in the books: by its time (epoch milliseconds), and among equal times by its rank in the source.
 * `id` is unique in the account; an event that comes twice counts once.
 */
export interface EventPlace {
  readonly id: string;
  readonly time: number;
  readonly rank: number;
}

/** What a trade says. `quantity` is in 1e-8 shares, money in 1e-4 of the currency. */
export interface TradeTerms {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  readonly price: number;
  /** Quantity x price, if the price has more decimals than money. */
  readonly value?: number | undefined;
  /** Part of the basis of a purchase; taken from the proceeds of a sale. */
  readonly commission?: number | undefined;
  /** The lot that it closes. */
  readonly lot?: string | undefined;
}

interface Amendment extends EventPlace {
  /** The id of the trade, or of an earlier correction of it. */
  readonly amends: string;
}

/** The event that withdraws a trade, or a correction. */
export interface BustEvent extends Amendment {
  readonly kind: 'bust';
}

/** The event that says how a trade should have been entered. It keeps its time and rank, except a `time` given here. */
export interface CorrectEvent extends Amendment {
  readonly kind: 'correct';
  readonly trade: TradeTerms & { readonly time?: number | undefined };
}

export interface TradeEvent extends EventPlace, TradeTerms {
  readonly kind: 'trade';
}

interface OfSymbol extends EventPlace {
  readonly symbol: string;
}

interface ToSymbol extends OfSymbol {
  /** The other symbol. */
  readonly to: string;
}

/** An event that changes what lots are held without a trade. */
export type ActionEvent =
  | (OfSymbol & Shares & { readonly kind: 'split' | 'stock-dividend' })
  | (ToSymbol & Shares & { readonly kind: 'spin-off'; readonly basis: Ratio })
  | (ToSymbol & MergerTerms & { readonly kind: 'merger' })
  | (ToSymbol & { readonly kind: 'symbol-change' })
  | (OfSymbol & { readonly kind: 'return-of-capital'; readonly cash: number })
  | (OfSymbol & { readonly kind: 'transfer-in'; readonly lots: readonly Lot[] })
  | (OfSymbol & { readonly kind: 'transfer-out'; readonly quantity: number; readonly lot?: string | undefined });

/** The events that lots depend on. Others, as fees and deposits, are the ledger's. */
export type BookEvent = TradeEvent | BustEvent | CorrectEvent | ActionEvent;

/** The order of events in the books. */
export function byPlace(a: EventPlace, b: EventPlace): number {
  return a.time - b.time || a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
