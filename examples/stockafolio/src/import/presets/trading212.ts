import type { PresetSource } from '../broker/preset.js';

/** The history of an Invest or ISA account. Its columns depend on what happened. The total includes fees. */
export const trading212: PresetSource = {
  name: 'trading212',
  title: 'Trading 212, history',
  zone: 'UTC',
  dates: ['YYYY-MM-DD HH:mm:ss.S'],
  blanks: ['Not available'],
  order: 'oldest-first',
  recognise: [
    ['Action', 'Time', 'ID', 'Total', 'Currency (Total)'],
    ['Action', 'Time (UTC)', 'ID', 'Total', 'Currency (Total)'],
  ],
  tables: [
    {
      fields: {
        date: ['Time', 'Time (UTC)'],
        action: 'Action',
        symbol: 'Ticker',
        isin: 'ISIN',
        id: 'ID',
        note: 'Notes',
        quantity: 'No. of shares',
        price: 'Price / share',
        currency: 'Currency (Price / share)',
        amount: 'Total',
        amountCurrency: 'Currency (Total)',
        // Of the price's currency for one of the account's; pence: 100.
        rate: 'Exchange rate',
      },
      fees: [
        { amount: 'Stamp duty reserve tax', currency: 'Currency (Stamp duty reserve tax)' },
        { amount: 'Currency conversion fee', currency: 'Currency (Currency conversion fee)' },
        { amount: 'Transaction fee', currency: 'Currency (Transaction fee)' },
        { amount: 'Finra fee', currency: 'Currency (Finra fee)' },
        { amount: 'French transaction tax', currency: 'Currency (French transaction tax)' },
      ],
      rows: [
        { when: { action: '/ buy$/' }, is: 'trade', side: 'buy', amount: 'by-side' },
        { when: { action: '/ sell$/' }, is: 'trade', side: 'sell', amount: 'by-side' },
        {
          when: { action: '/^Dividend \\(/' },
          is: 'dividend',
          fields: {
            quantity: null,
            price: null,
            withheld: 'Withholding tax',
            withheldCurrency: 'Currency (Withholding tax)',
          },
        },
        { when: { action: 'Stock split close' }, is: 'split-leg', side: 'sell', amount: 'none' },
        { when: { action: 'Stock split open' }, is: 'split-leg', side: 'buy', amount: 'none' },
        { when: { action: 'Deposit' }, is: 'deposit' },
        { when: { action: 'Withdrawal' }, is: 'withdrawal' },
        { when: { action: '/^Card (debit|credit)$/' }, is: 'withdrawal', origin: 'card' },
        { when: { action: '/interest/i' }, is: 'interest' },
        {
          when: { action: 'Currency conversion' },
          is: 'fx',
          fields: {
            // Its amounts are only in a text: 100.00 GBP -> 125.40 USD
            amount: { column: 'Notes', match: '^(.+?) *->', negate: true },
            amountCurrency: { column: 'Notes', match: '([A-Z]{3}) *->' },
            counterAmount: { column: 'Notes', match: '-> *(.+)$' },
            counterCurrency: { column: 'Notes', match: '([A-Z]{3})$' },
          },
        },
        { when: { action: ['Result adjustment', 'Spending cashback'] }, is: 'deposit' },
      ],
    },
  ],
};
