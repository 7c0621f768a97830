import type { PresetSource } from '../broker/preset.js';

/**
 * The account statement: tables below their titles. Each fill is in two of them: in Account Trade History as a trade, in Cash
 * Balance with its cash and fees. Times are those of the platform's clock, New York's by default: see --zone.
 */
export const thinkorswim: PresetSource = {
  name: 'thinkorswim',
  title: 'thinkorswim, account statement',
  zone: 'America/New_York',
  dates: ['M/D/YY HH:mm:ss'],
  thousands: ',',
  currencySymbols: { $: 'USD' },
  currency: 'USD',
  blanks: ['~'],
  order: 'oldest-first',
  layout: 'titled',
  footer: ['/^Total Cash /'],
  recognise: [['DATE', 'TIME', 'TYPE', 'REF #', 'DESCRIPTION', 'AMOUNT', 'BALANCE']],
  tables: [
    {
      title: 'Cash Balance',
      fields: {
        date: 'DATE',
        time: 'TIME',
        type: 'TYPE',
        description: 'DESCRIPTION',
        note: 'DESCRIPTION',
        amount: 'AMOUNT',
        balance: 'BALANCE',
        // BOT +20 MSFT @424.50, tAndroid SOLD -12 MSFT @471.02, SOLD -1 VERTICAL SPY 100 17 APR 25 560/550 PUT @1.25
        quantity: { column: 'DESCRIPTION', match: '\\b(?:BOT|SOLD) ([+-][\\d,.]+) ' },
        symbol: {
          column: 'DESCRIPTION',
          match: '\\b(?:BOT|SOLD) [+-][\\d,.]+ (?:[\\d/]*[A-Z/ ~-]+ )??(\\S+) (?:@|100 )|~(\\S+)$',
        },
      },
      fees: [
        { amount: { column: 'Misc Fees', negate: true } },
        { amount: { column: 'Commissions & Fees', negate: true } },
      ],
      rows: [
        { when: { description: 'TOTAL', date: '' }, is: 'skip', class: 'summary', why: 'the total of Cash Balance' },
        { when: { type: 'BAL' }, is: 'opening', fields: { amount: 'BALANCE' } },
        { when: { type: 'TRD' }, is: 'cash-of-trade', feesOnTop: true },
        { when: { type: 'DOI', description: '/DIVIDEND/' }, is: 'dividend', feesOnTop: true },
        { when: { type: 'DOI', description: '/INTEREST/' }, is: 'interest' },
        { when: { type: 'DOI', description: '/TAX/' }, is: 'tax' },
        { when: { type: 'RAD', description: '/OPTION/' }, is: 'option', fields: { symbol: null, quantity: null } },
        { when: { type: ['FND', 'EFN', 'WIN', 'WOU', 'JRN'], amount: '/^-/' }, is: 'withdrawal' },
        { when: { type: ['FND', 'EFN', 'WIN', 'WOU', 'JRN'] }, is: 'deposit' },
      ],
    },
    {
      title: 'Account Order History',
      fields: { status: 'Status' },
      rows: [{ is: 'skip', class: 'order', why: 'an order, not a fill' }],
    },
    {
      title: 'Account Trade History',
      fields: {
        date: 'Exec Time',
        type: 'Type',
        side: 'Side',
        spread: 'Spread',
        symbol: 'Symbol',
        quantity: 'Qty',
        price: 'Price',
      },
      rows: [
        { when: { type: ['PUT', 'CALL'] }, is: 'option' },
        { when: { type: ['STOCK', 'ETF'], side: 'BUY' }, is: 'trade', side: 'buy' },
        { when: { type: ['STOCK', 'ETF'], side: 'SELL' }, is: 'trade', side: 'sell' },
      ],
    },
    // What is in these is no share: no row is understood.
    { title: 'Futures Statements', rows: [] },
    { title: 'Forex Statements', rows: [] },
    { title: 'Options', information: 'what is held at the end' },
    {
      title: 'Equities',
      fields: { symbol: 'Symbol', quantity: 'Qty' },
      rows: [{ when: { symbol: '' }, is: 'information' }, { is: 'holding' }],
    },
    { title: 'Profits and Losses', information: 'gains that the broker computed' },
    { title: 'Account Summary', information: 'what the account is worth' },
  ],
};
