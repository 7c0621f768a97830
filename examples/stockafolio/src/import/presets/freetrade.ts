import type { PresetSource } from '../broker/preset.js';

/** The activity feed. Prices are those of the instrument's currency, amounts those of the account's. */
export const freetrade: PresetSource = {
  name: 'freetrade',
  title: 'Freetrade, activity feed',
  zone: 'UTC',
  dates: ['YYYY-MM-DD[T]HH:mm:ss.SZ'],
  order: 'newest-first',
  recognise: [
    ['Title', 'Type', 'Timestamp', 'Account Currency', 'Buy / Sell', 'Ticker', 'ISIN', 'Instrument Currency'],
  ],
  tables: [
    {
      fields: {
        date: 'Timestamp',
        type: 'Type',
        side: 'Buy / Sell',
        symbol: 'Ticker',
        isin: 'ISIN',
        note: 'Title',
        id: 'Order ID',
        quantity: 'Quantity',
        price: 'Price per Share',
        currency: 'Instrument Currency',
        amount: ['Total Amount in Account Currency', 'Total Amount'],
        amountCurrency: 'Account Currency',
        // The fee for the conversion is on top of this rate, and in the one of `FX Rate`.
        rate: 'Base FX Rate',
      },
      fees: [
        { amount: 'Stamp Duty', currency: 'Account Currency' },
        { amount: 'FX Fee Amount', currency: 'Account Currency' },
      ],
      rows: [
        { when: { type: 'ORDER', side: 'BUY' }, is: 'trade', side: 'buy', amount: 'by-side' },
        { when: { type: 'ORDER', side: 'SELL' }, is: 'trade', side: 'sell', amount: 'by-side' },
        { when: { type: 'FREESHARE_ORDER' }, is: 'trade', side: 'buy', amount: 'none', origin: 'gift' },
        {
          when: { type: ['DIVIDEND', 'SPECIAL_DIVIDEND', 'PROPERTY_INCOME_DISTRIBUTION'] },
          is: 'dividend',
          fees: [],
          fields: {
            id: null,
            quantity: null,
            price: null,
            withheld: 'Dividend Withheld Tax Amount',
            withheldCurrency: 'Instrument Currency',
          },
        },
        {
          when: { type: 'STOCK_SPLIT' },
          is: 'split',
          fields: {
            quantity: null,
            price: null,
            numerator: 'Stock Split Rate of Share Outturn To',
            denominator: 'Stock Split Rate of Share Outturn From',
          },
        },
        {
          when: { type: ['INTEREST_FROM_CASH', 'LENDING_INCOME', 'SHARE_LENDING_INCOME'] },
          is: 'interest',
          amount: 'in',
        },
        { when: { type: 'TOP_UP' }, is: 'deposit', amount: 'in' },
        { when: { type: 'WITHDRAWAL' }, is: 'withdrawal', amount: 'out' },
        { when: { type: ['SIPP_ANNUAL_FEE', 'FEE', 'SUBSCRIPTION_FEE'] }, is: 'fee', amount: 'out' },
        { when: { type: ['MONTHLY_STATEMENT', 'TAX_CERTIFICATE'] }, is: 'information' },
      ],
    },
  ],
};
