import type { PresetSource } from '../broker/preset.js';

const OPTION = '/^\\S+ \\d\\d/\\d\\d/\\d{4} [\\d.]+ [CP]$/';

/** The transactions of a brokerage account, in the layout since December 2023 and the one before, with a title line. */
export const schwab: PresetSource = {
  name: 'schwab',
  title: 'Charles Schwab, brokerage transactions',
  zone: 'America/New_York',
  dates: ['MM/DD/YYYY'],
  thousands: ',',
  currencySymbols: { $: 'USD' },
  currency: 'USD',
  order: 'newest-first',
  recognise: [['Date', 'Action', 'Symbol', 'Description', 'Quantity', 'Price', 'Fees & Comm', 'Amount']],
  footer: ['/^Transactions Total$/'],
  tables: [
    {
      fields: {
        // Of `07/15/2024 as of 07/12/2024` the second date counts.
        date: { column: 'Date', match: '^(?:.* as of )?(\\S+)$' },
        first: 'Date',
        action: 'Action',
        symbol: 'Symbol',
        note: 'Description',
        quantity: 'Quantity',
        price: 'Price',
        amount: 'Amount',
      },
      fees: [{ amount: 'Fees & Comm' }],
      rows: [
        { when: { first: '/^Transactions Total$/' }, is: 'skip', class: 'summary', why: 'the total of the file' },
        { when: { symbol: OPTION }, is: 'option' },
        { when: { action: 'Buy' }, is: 'trade', side: 'buy' },
        { when: { action: 'Reinvest Shares' }, is: 'trade', side: 'buy', origin: 'reinvestment' },
        { when: { action: ['Sell', 'Sell Short'] }, is: 'trade', side: 'sell' },
        { when: { action: 'Buy to Cover' }, is: 'trade', side: 'buy' },
        // The price of a split is not that of a trade.
        { when: { action: ['Stock Split', 'Reverse Split'] }, is: 'split', fields: { price: null } },
        { when: { action: ['Security Transfer', 'Journaled Shares', 'Stock Plan Activity'] }, is: 'transfer' },
        { when: { action: 'Cash In Lieu' }, is: 'cash-in-lieu' },
        {
          when: {
            action: [
              '/^(Qual\\w*|Non-Qual\\w*|Cash|Special|Special Qual|Pr Yr|Pr Yr Cash|Pr Yr Special|Reinvest) (Div\\w*)$/',
              '/^(Long Term|Short Term) Cap Gain( Reinvest)?$/',
              'Qual Div Reinvest',
            ],
          },
          is: 'dividend',
        },
        { when: { action: ['/Foreign Tax/', '/NRA (Tax|Withholding)/', 'NRA Tax Adj'] }, is: 'tax' },
        { when: { action: ['/Interest$/', 'Bank Interest', '/^Bond Interest/'] }, is: 'interest' },
        { when: { action: ['/Fee$/', 'ADR Mgmt Fee'] }, is: 'fee' },
        {
          when: {
            action: [
              '/^(MoneyLink|Wire|Funds|Auto)/',
              'Journal',
              '/(Deposit|Disbursement|Withdrawal)/',
              'Visa Purchase',
            ],
            amount: '/^-/',
          },
          is: 'withdrawal',
        },
        {
          when: { action: ['/^(MoneyLink|Wire|Funds|Auto)/', 'Journal', '/(Deposit|Disbursement|Withdrawal)/'] },
          is: 'deposit',
        },
      ],
    },
  ],
};
