import type { PresetSource } from '../broker/preset.js';

/** `History_for_Account_*.csv`: a preamble, one table, and words below it. */
export const fidelity: PresetSource = {
  name: 'fidelity',
  title: 'Fidelity, history of an account',
  zone: 'America/New_York',
  dates: ['MM/DD/YYYY'],
  thousands: ',',
  currencySymbols: { $: 'USD' },
  currency: 'USD',
  blanks: ['Processing', 'No Description'],
  order: 'newest-first',
  recognise: [
    [
      'Run Date',
      'Action',
      'Symbol',
      'Description',
      'Price ($)',
      'Quantity',
      'Commission ($)',
      'Fees ($)',
      'Amount ($)',
    ],
  ],
  footer: ['/^The data and information in this/', '/^Brokerage services are provided/', '/^Date downloaded/'],
  tables: [
    {
      fields: {
        date: 'Run Date',
        action: 'Action',
        symbol: 'Symbol',
        note: 'Action',
        type: 'Type',
        quantity: 'Quantity',
        price: ['Price ($)', 'Price'],
        amount: ['Amount ($)', 'Amount'],
        balance: ['Cash Balance ($)', 'Cash Balance'],
        settlementDate: 'Settlement Date',
      },
      fees: [{ amount: ['Commission ($)', 'Commission'] }, { amount: ['Fees ($)', 'Fees'] }],
      rows: [
        { when: { symbol: '/^-/' }, is: 'option' },
        { when: { action: '/^BUY CANCEL/' }, is: 'cancel', side: 'buy' },
        { when: { action: '/^SELL CANCEL/' }, is: 'cancel', side: 'sell' },
        { when: { action: '/^YOU BOUGHT/' }, is: 'trade', side: 'buy' },
        { when: { action: '/^YOU SOLD/' }, is: 'trade', side: 'sell' },
        { when: { action: '/^REINVESTMENT/' }, is: 'trade', side: 'buy', origin: 'reinvestment' },
        { when: { action: '/^IN LIEU OF/' }, is: 'cash-in-lieu', fields: { quantity: null } },
        {
          when: { action: '/^(DIVIDEND RECEIVED|(LONG|SHORT)-TERM CAP GAIN|RETURN OF CAPITAL)/' },
          is: 'dividend',
          fields: { quantity: null },
        },
        { when: { action: '/^(REVERSE SPLIT|DISTRIBUTION)/', type: 'Shares' }, is: 'split' },
        { when: { action: '/^(FOREIGN TAX|NON-RESIDENT TAX)/' }, is: 'tax' },
        { when: { action: '/^INTEREST/' }, is: 'interest' },
        { when: { action: '/\\bFEE\\b/i' }, is: 'fee' },
        { when: { action: '/^TRANSFER OF ASSETS/', type: 'Shares' }, is: 'transfer' },
        {
          when: {
            action: '/^(Electronic Funds Transfer|WIRE|TRANSFERRED|CHECK|DIRECT|DEBIT|TRANSFER)/i',
            amount: '/^-/',
          },
          is: 'withdrawal',
        },
        {
          when: { action: '/^(Electronic Funds Transfer|WIRE|TRANSFERRED|CHECK|DIRECT|TRANSFER)/i', amount: '/./' },
          is: 'deposit',
        },
      ],
    },
  ],
};
