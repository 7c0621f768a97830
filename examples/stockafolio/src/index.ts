export { actions, CorporateAction } from './action-stream.js';
export { accountBooks, applyToBooks, type AccountBooks, type Realized } from './books/account-books.js';
export { amendAccount, type FinalEvent } from './books/account-amendments.js';
export { cashOf, type AccountEvent, type AccountEventKind, type Cash } from './books/account-event.js';
export { amend, type Amended, type Rejected } from './books/amendments.js';
export { accountBalances, balancesAt, type BalanceDate, type Balances } from './books/balances.js';
export type { BenchmarkReturns, IndexLevels } from './books/benchmark.js';
export type { LotMethod } from './books/choose-lot.js';
export { returnOfCapital, spinOff, split, stockDividend, type Action, type Shares } from './books/corporate-actions.js';
export type { ExchangeRates } from './books/conversion.js';
export { dailyReturns, type DailyReturns, type DailyReturnsOptions } from './books/daily-returns.js';
export type { AccountResult, ClosingPrices, DayResult, MissingQuote } from './books/day-results.js';
export {
  byPlace,
  type ActionEvent,
  type BookEvent,
  type BustEvent,
  type CorrectEvent,
  type EventPlace,
  type TradeEvent,
  type TradeTerms,
} from './books/events.js';
export {
  EXPOSURE_UNIT,
  exposureOf,
  type Concentration,
  type ExposedPosition,
  type Exposure,
  type FirmExposure,
} from './books/exposure.js';
export { ledgerOf, type Ledger, type LedgerEntry } from './books/ledger.js';
export { lotEvents, type LotEvents } from './books/lot-events.js';
export { Lot, LotList, emptyPosition, type LotRows, type Position } from './books/lot.js';
export { applyToLots, openLots, type Fill, type Parcel } from './books/lots.js';
export { changeSymbol, merger, transferIn, transferOut, type MergerTerms } from './books/mergers.js';
export type { LedgerAccount, MoneyPosting, Posting, SharesPosting } from './books/postings.js';
export type { Ratio } from './books/reshape.js';
export {
  moneyWeighted,
  presentValue,
  timeWeighted,
  yearly,
  type Payment,
  type Return,
  type ValuedDay,
} from './books/returns.js';
export { isSettlementDay, settlementDay, settlesOn } from './books/settlement.js';
export { termOf, type Term } from './books/term.js';
export { washSales, type WashSales, type WashedParcel } from './books/wash-sales.js';
export { nextSession, sessionOf, type Session } from './calendar/sessions.js';
export { minuteOfDay, tradingDay } from './calendar/trading-day.js';
export { applyAverageCost, type CostMethod, type CostState } from './cost/average-cost.js';
export type { GeneratorOptions, Skew } from './generator/options.js';
export { TradeGenerator, generateTrades } from './generator/trade-generator.js';
export { fileFacts, importFile } from './import/import-file.js';
export { importLines } from './import/import-lines.js';
export type { ImportOptions, TradeField } from './import/import-options.js';
export type { ImportedLine } from './import/trade-mapper.js';
export { dayTables, positionDays, symbolCloses } from './day-tables.js';
export { lots, realizedGains } from './lot-tables.js';
export { unsettled } from './settlement-table.js';
export { MOST_SHARES, SHARE, quantity, sharesOf, sharesText, tradeValue, volume, worth } from './quantity.js';
export {
  latestPrices,
  minuteTotals,
  positions,
  sectorSeconds,
  sectorTotals,
  stockafolioTables,
  symbolPrices,
  symbolTotals,
  topTraders,
  topTradersByTrades,
  topTradersByVolume,
  tradesByUser,
  userTotals,
} from './tables.js';
export {
  StreamEvent,
  isCashFlow,
  isShareEvent,
  isTrade,
  trades,
  type CashFlow,
  type ShareAction,
  type ShareEvent,
} from './account-stream.js';
export { accountEvents, accounts } from './account-tables.js';
export { Trade, valueOf, type Side } from './trade.js';
export { listingOf, sectors, universe, type Listing } from './universe/universe.js';
export { portfolio, portfolioOf, type PortfolioOptions } from './pipeline.js';
export { firmFigures, type FirmFigures } from './figures/firm-figures.js';
export type { DayBase, DayGain } from './figures/day-gain.js';
export type { DayTotals } from './figures/day-totals.js';
export type { Holding } from './figures/holding.js';
export { portfolioFigures, type PortfolioFigures, type PortfolioTotals } from './figures/portfolio-figures.js';
export { quoteOf, type Quote } from './figures/quotes.js';
export { valueOverDay, type ValueAt } from './figures/value-over-day.js';
export { originalForm, wireForm } from './wire-forms.js';
export { app as default, appOf } from './app.js';
