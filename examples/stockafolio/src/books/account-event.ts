/** Decimals of a quantity, which counts in 1e-8 of a share or coin: enough for the fractions that brokers sell. */
export const QUANTITY_SCALE = 8;
/** Decimals of an amount: an event counts in 1e-4 of its currency. */
export const MONEY_SCALE = 4;

/** An amount in 1e-4 of a currency, which is an ISO code, or as the file has it: `GBX` is a penny. */
export interface Cash {
  readonly currency: string;
  readonly amount: number;
}

/** Where an event was read. */
export interface FilePlace {
  readonly file: string;
  /** The line where its record begins, from 1. */
  readonly line: number;
}

interface EventBase {
  /** Of the file, or made from what the event says, so that the same event has the same id in every file. */
  readonly id: string;
  readonly user: string;
  /** Epoch milliseconds. A source that has only dates gives the start of the day. */
  readonly time: number;
  /** Its rank among the events of its source: the order of equal times. */
  readonly rank: number;
  readonly place: FilePlace;
  /** The broker's own words, if they say more. */
  readonly note?: string;
}

interface OfSymbol {
  readonly symbol: string;
  readonly isin?: string;
}

export interface TradeEvent extends EventBase, OfSymbol {
  readonly kind: 'trade';
  readonly side: 'buy' | 'sell';
  /** In 1e-8, positive. */
  readonly quantity: number;
  /** In 1e-4 of `currency`; rounded half-even if the source has more decimals. */
  readonly price: number;
  /** The price as the source has it, a decimal number, if `price` is rounded. */
  readonly exactPrice?: string;
  /** Quantity times the exact price, rounded half-even once to 1e-4: what the books use. */
  readonly value: number;
  readonly currency: string;
  /** Costs of the trade; negative for a rebate. */
  readonly fees: readonly Cash[];
  /** The whole effect on the cash balance, if the source says it; else it follows from value and fees. */
  readonly settled?: Cash;
  /** `YYYY-MM-DD`. */
  readonly settlementDate?: string;
  /** `reinvestment` of a dividend; `gift`: shares at a price, without cash. */
  readonly origin?: 'reinvestment' | 'gift';
}

/** Undoes the trade with the id `amends`. */
export interface BustEvent extends EventBase {
  readonly kind: 'bust';
  readonly amends: string;
}

/** Puts a trade in the place of the one with the id `amends`. */
export interface CorrectEvent extends EventBase {
  readonly kind: 'correct';
  readonly amends: string;
  readonly trade: TradeEvent;
}

/** Cash that comes or goes. `exchange`: one side of an exchange of currencies; `option`: of a contract, which is not kept. */
export interface CashEvent extends EventBase {
  readonly kind:
    'fee' | 'commission' | 'deposit' | 'withdrawal' | 'interest' | 'tax' | 'cash-in-lieu' | 'exchange' | 'option';
  readonly symbol?: string;
  readonly currency: string;
  /** The effect on the cash balance: negative for what was paid. */
  readonly amount: number;
  /** `opening`: the balance with which a statement begins; `card`: a payment by card. */
  readonly origin?: 'opening' | 'card';
}

export interface DividendEvent extends EventBase, OfSymbol {
  readonly kind: 'dividend';
  readonly currency: string;
  /** The effect on the cash balance, before a tax that is an event of its own. Negative for a reversal. */
  readonly amount: number;
  /** Withheld before the amount was paid, for information. */
  readonly withheld?: Cash;
}

export interface StockDividendEvent extends EventBase, OfSymbol {
  readonly kind: 'stock-dividend';
  /** Shares that come in, in 1e-8. */
  readonly quantity: number;
}

/** Each `denominator` shares become `numerator`: 10 and 1 for a split of ten for one, 1 and 10 for its reverse. */
export interface SplitEvent extends EventBase, OfSymbol {
  readonly kind: 'split';
  readonly numerator: number;
  readonly denominator: number;
  readonly cashInLieu?: Cash;
}

export interface SpinOffEvent extends EventBase, OfSymbol {
  readonly kind: 'spin-off';
  /** What the holder gets. */
  readonly to: string;
  readonly quantity: number;
  /** The part of the basis that goes to the new symbol. */
  readonly numerator: number;
  readonly denominator: number;
}

export interface MergerEvent extends EventBase, OfSymbol {
  readonly kind: 'merger';
  /** Absent if all is paid in cash. */
  readonly to?: string;
  readonly quantity: number;
  readonly cash?: Cash;
}

export interface SymbolChangeEvent extends EventBase, OfSymbol {
  readonly kind: 'symbol-change';
  readonly to: string;
}

/** A lot that comes with a transfer. */
export interface TransferredLot {
  readonly quantity: number;
  readonly basis: Cash;
  readonly opened: number;
}

export interface TransferEvent extends EventBase, OfSymbol {
  readonly kind: 'transfer-in' | 'transfer-out';
  /** In 1e-8, positive. */
  readonly quantity: number;
  /** Absent if the source does not know them: then the basis is unknown. */
  readonly lots?: readonly TransferredLot[];
}

/** One unit of `currency` costs `rate` (a decimal number) of `in`. */
export interface RateEvent extends EventBase {
  readonly kind: 'rate';
  readonly currency: string;
  readonly in: string;
  readonly rate: string;
}

/**
 * What happened in an account, whatever its source: the neutral result of a broker's file. Quantities are in 1e-8, money
 * is in 1e-4 of the currency that the event says, times are epoch milliseconds.
 */
export type AccountEvent =
  | TradeEvent
  | BustEvent
  | CorrectEvent
  | CashEvent
  | DividendEvent
  | StockDividendEvent
  | SplitEvent
  | SpinOffEvent
  | MergerEvent
  | SymbolChangeEvent
  | TransferEvent
  | RateEvent;

export type AccountEventKind = AccountEvent['kind'];

/** The effect of an event on the cash balances; none for an event of shares alone. */
export function cashOf(event: AccountEvent): readonly Cash[] {
  switch (event.kind) {
    case 'trade':
      if (event.settled === undefined) return unsettled(event);
      return event.settled.amount === 0 ? [] : [event.settled];
    case 'split':
      return event.cashInLieu === undefined ? [] : [event.cashInLieu];
    case 'merger':
      return event.cash === undefined ? [] : [event.cash];
    case 'dividend':
    case 'fee':
    case 'commission':
    case 'deposit':
    case 'withdrawal':
    case 'interest':
    case 'tax':
    case 'cash-in-lieu':
    case 'exchange':
    case 'option':
      return [{ currency: event.currency, amount: event.amount }];
    default:
      return [];
  }
}

function unsettled({ side, value, currency, fees }: TradeEvent): readonly Cash[] {
  return [
    { currency, amount: side === 'buy' ? 0 - value : value },
    ...fees.map((fee) => ({ currency: fee.currency, amount: 0 - fee.amount })),
  ];
}
