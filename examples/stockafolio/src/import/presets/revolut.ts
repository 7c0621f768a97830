import type { PresetSource } from '../broker/preset.js';

/** The statement of a trading account: `USD 374.00` and, in older files, `$374.00`. The total includes the fee. */
export const revolut: PresetSource = {
  name: 'revolut',
  title: 'Revolut, statement of a trading account',
  zone: 'UTC',
  dates: ['YYYY-MM-DD[T]HH:mm:ss.SZ'],
  thousands: ',',
  currencySymbols: { $: 'USD', '€': 'EUR', '£': 'GBP' },
  order: 'oldest-first',
  recognise: [['Date', 'Ticker', 'Type', 'Quantity', 'Price per share', 'Total Amount', 'Currency', 'FX Rate']],
  tables: [
    {
      fields: {
        date: 'Date',
        type: 'Type',
        symbol: 'Ticker',
        note: 'Type',
        quantity: 'Quantity',
        price: 'Price per share',
        amount: 'Total Amount',
        currency: 'Currency',
        amountCurrency: 'Currency',
      },
      rows: [
        { when: { type: '/^BUY/' }, is: 'trade', side: 'buy', amount: 'by-side', feesByDifference: true },
        { when: { type: '/^SELL/' }, is: 'trade', side: 'sell', amount: 'by-side', feesByDifference: true },
        { when: { type: 'DIVIDEND' }, is: 'dividend' },
        { when: { type: '/^DIVIDEND TAX/' }, is: 'tax' },
        { when: { type: 'STOCK SPLIT' }, is: 'split', amount: 'none' },
        { when: { type: '/^CASH TOP-UP/' }, is: 'deposit' },
        { when: { type: '/^CASH WITHDRAWAL/' }, is: 'withdrawal' },
        { when: { type: '/FEE/' }, is: 'fee' },
        { when: { type: '/INTEREST/' }, is: 'interest' },
        {
          when: { type: '/^TRANSFER FROM REVOLUT .* TO REVOLUT/' },
          ...{ is: 'skip', class: 'internal', why: 'the whole holding moves to another company of the broker' },
        },
      ],
    },
  ],
};
