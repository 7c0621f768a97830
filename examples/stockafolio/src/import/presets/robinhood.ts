import type { PresetSource } from '../broker/preset.js';

/** The account activity report. It has no column of fees: they are what the amount differs from quantity times price. */
export const robinhood: PresetSource = {
  name: 'robinhood',
  title: 'Robinhood, account activity report',
  zone: 'America/New_York',
  dates: ['M/D/YYYY'],
  thousands: ',',
  currencySymbols: { $: 'USD' },
  // 1S: shares that are removed.
  suffixes: ['S'],
  currency: 'USD',
  order: 'newest-first',
  recognise: [['Activity Date', 'Process Date', 'Settle Date', 'Instrument', 'Description', 'Trans Code', 'Quantity']],
  footer: ['/^The data provided is for informational purposes/'],
  tables: [
    {
      fields: {
        date: 'Activity Date',
        code: 'Trans Code',
        symbol: 'Instrument',
        description: 'Description',
        note: 'Description',
        quantity: 'Quantity',
        price: 'Price',
        amount: 'Amount',
        settlementDate: 'Settle Date',
      },
      rows: [
        {
          when: { code: ['BTO', 'STO', 'BTC', 'STC', 'OEXP', 'OASGN', 'OEXCS', 'OCA'] },
          is: 'option',
          why: 'an option: the instrument is only its underlying',
          feesByDifference: true,
          multiplier: 100,
        },
        {
          when: { code: 'Buy', description: '/Dividend Reinvestment/' },
          ...{ is: 'trade', side: 'buy', origin: 'reinvestment', feesByDifference: true },
        },
        { when: { code: 'Buy' }, is: 'trade', side: 'buy', feesByDifference: true },
        { when: { code: 'Sell' }, is: 'trade', side: 'sell', feesByDifference: true },
        { when: { code: ['SPL', 'SPR'] }, is: 'split' },
        { when: { code: ['CDIV', 'MDIV', 'QDIV'] }, is: 'dividend' },
        { when: { code: 'CIL' }, is: 'cash-in-lieu', fields: { quantity: null } },
        { when: { code: ['INT', 'SLIP', 'MINT'] }, is: 'interest' },
        { when: { code: ['GOLD', 'AFEE', 'DFEE', 'MARGIN FEE'] }, is: 'fee' },
        { when: { code: ['DTAX', 'NRAT', 'FORTAX'] }, is: 'tax' },
        { when: { code: ['ACATI', 'REC'], quantity: '/./' }, is: 'transfer', side: 'buy' },
        { when: { code: 'ACATO', quantity: '/./' }, is: 'transfer', side: 'sell' },
        {
          when: { code: ['ACH', 'RTP', 'WIRE', 'DCF', 'XENT_CC', 'ACATI', 'ACATO'], amount: '/^[(-]/' },
          is: 'withdrawal',
        },
        { when: { code: ['ACH', 'RTP', 'WIRE', 'DCF', 'XENT_CC', 'ACATI', 'ACATO'] }, is: 'deposit' },
      ],
    },
  ],
};
