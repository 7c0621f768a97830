import type { PresetSource } from '../broker/preset.js';

/** Sections of a statement from which nothing is read. */
const INFORMATION = [
  ...['Statement', 'Account Information', 'Net Asset Value', 'Change in NAV', 'Change in Dividend Accruals'],
  ...[
    'Mark-to-Market Performance Summary',
    'Realized & Unrealized Performance Summary',
    'Month & Year to Date Performance Summary',
  ],
  ...['Open Dividend Accruals', 'Interest Accruals', 'Codes', 'Notes/Legal Notes'],
  ...[
    'Base Currency Exchange Rate',
    'Forex Balances',
    'Cash Report',
    'Location of Customer Assets, Positions and Money',
  ],
];

const cashSection = (title: string, dates: string, is: 'interest' | 'fee' | 'tax'): PresetSource['tables'][number] => ({
  title,
  fields: {
    date: dates,
    first: title === 'Fees' ? 'Subtitle' : 'Currency',
    note: 'Description',
    ...(is === 'tax' ? { symbol: { column: 'Description', match: '^([^(]+?) ?\\(' } } : {}),
    amount: 'Amount',
    amountCurrency: 'Currency',
  },
  rows: [{ when: { first: '/^Total/' }, is: 'skip', class: 'summary', why: `a total of ${title}` }, { is }],
});

/** The activity statement: the first cell of a line is its section, the second says what the line is. */
export const ibkr: PresetSource = {
  name: 'ibkr',
  title: 'Interactive Brokers, activity statement',
  zone: 'America/New_York',
  dates: ['YYYY-MM-DD, HH:mm:ss', 'YYYY-MM-DD'],
  thousands: ',',
  blanks: ['--'],
  order: 'by-time',
  layout: 'prefixed',
  recognise: [['Statement', 'Header', 'Field Name', 'Field Value']],
  tables: [
    ...INFORMATION.filter((title) => title !== 'Cash Report').map((title) => ({
      title,
      information: 'a section that says nothing of events',
    })),
    {
      title: 'Cash Report',
      fields: { what: 'Currency Summary', amountCurrency: 'Currency', amount: 'Total' },
      rows: [
        { when: { amountCurrency: 'Base Currency Summary' }, is: 'information' },
        { when: { what: 'Starting Cash', amount: '/[1-9]/' }, is: 'opening' },
        { when: { what: 'Ending Cash' }, is: 'cash-balance' },
        { is: 'information' },
      ],
    },
    {
      title: 'Open Positions',
      fields: { what: 'DataDiscriminator', asset: 'Asset Category', symbol: 'Symbol', quantity: 'Quantity' },
      rows: [{ when: { what: 'Summary', asset: 'Stocks' }, is: 'holding' }, { is: 'information' }],
    },
    {
      title: 'Trades',
      fields: {
        what: 'DataDiscriminator',
        asset: 'Asset Category',
        date: 'Date/Time',
        symbol: 'Symbol',
        quantity: 'Quantity',
        price: 'T. Price',
        currency: 'Currency',
        amount: 'Proceeds',
        amountCurrency: 'Currency',
        code: 'Code',
      },
      fees: [
        { amount: { column: 'Comm/Fee', negate: true }, currency: 'Currency' },
        { amount: { column: 'Comm in USD', negate: true }, currency: { value: 'USD' } },
      ],
      rows: [
        {
          when: { what: ['Trade', 'ClosedLot'] },
          ...{ is: 'skip', class: 'duplicate', why: 'a detail of the order above: counting it would double the trade' },
        },
        { when: { asset: '/Options/' }, is: 'option', feesOnTop: true },
        {
          when: { asset: 'Forex' },
          is: 'fx',
          feesOnTop: true,
          // Of EUR.USD the quantity is in euros.
          fields: { counterAmount: 'Quantity', counterCurrency: { column: 'Symbol', match: '^([A-Z]{3})' } },
        },
        {
          when: { what: 'Order', asset: 'Stocks', code: '/(^|;)Ca(;|$)/' },
          ...{ is: 'cancel', side: 'by-quantity', feesOnTop: true },
        },
        { when: { what: 'Order', asset: 'Stocks' }, is: 'trade', side: 'by-quantity', feesOnTop: true },
      ],
    },
    {
      title: 'Financial Instrument Information',
      fields: { asset: 'Asset Category', symbol: 'Symbol', isin: 'Security ID' },
      rows: [
        { when: { asset: 'Stocks', isin: '/^[A-Z]{2}[A-Z0-9]{9}[0-9]$/' }, is: 'instrument' },
        { is: 'information' },
      ],
    },
    {
      title: 'Corporate Actions',
      fields: {
        asset: 'Asset Category',
        description: 'Description',
        date: 'Date/Time',
        symbol: { column: 'Description', match: '^([^(]+?) ?\\(' },
        note: 'Description',
        quantity: 'Quantity',
      },
      rows: [
        { when: { asset: '/^Total/' }, is: 'skip', class: 'summary', why: 'a total of Corporate Actions' },
        {
          when: { asset: 'Stocks', description: '/ Split \\d+ for \\d+ /' },
          is: 'split',
          fields: {
            numerator: { column: 'Description', match: ' Split (\\d+) for \\d+ ' },
            denominator: { column: 'Description', match: ' Split \\d+ for (\\d+) ' },
          },
        },
      ],
    },
    {
      title: 'Deposits & Withdrawals',
      fields: {
        date: 'Settle Date',
        first: 'Currency',
        note: 'Description',
        amount: 'Amount',
        amountCurrency: 'Currency',
      },
      rows: [
        { when: { first: '/^Total/' }, is: 'skip', class: 'summary', why: 'a total of Deposits & Withdrawals' },
        { when: { amount: '/^-/' }, is: 'withdrawal' },
        { is: 'deposit' },
      ],
    },
    {
      title: 'Dividends',
      fields: {
        date: 'Date',
        first: 'Currency',
        symbol: { column: 'Description', match: '^([^(]+?) ?\\(' },
        note: 'Description',
        amount: 'Amount',
        amountCurrency: 'Currency',
      },
      rows: [
        { when: { first: '/^Total/' }, is: 'skip', class: 'summary', why: 'a total of Dividends' },
        { is: 'dividend' },
      ],
    },
    cashSection('Fees', 'Date', 'fee'),
    cashSection('Withholding Tax', 'Date', 'tax'),
    cashSection('Interest', 'Date', 'interest'),
  ],
};
