import type { PresetSource } from '../broker/preset.js';

/** Transactions, in German or English. The sign of a row is that of its net amount; cash rows look like one share. */
export const swissquote: PresetSource = {
  name: 'swissquote',
  title: 'Swissquote, transactions',
  zone: 'Europe/Zurich',
  dates: ['DD-MM-YYYY HH:mm:ss', 'DD-MM-YYYY HH:mm'],
  encoding: 'iso-8859-1',
  delimiter: ';',
  thousands: "'",
  blanks: ['-'],
  order: 'newest-first',
  recognise: [
    [
      'Datum',
      'Auftrag #',
      'Transaktionen',
      'Symbol',
      'ISIN',
      'Anzahl',
      'Stückpreis',
      'Kosten',
      'Nettobetrag',
      'Währung',
    ],
    ['Date', 'Order #', 'Transaction', 'Symbol', 'ISIN', 'Quantity', 'Unit price', 'Costs', 'Net Amount', 'Currency'],
  ],
  tables: [
    {
      fields: {
        date: ['Datum', 'Date'],
        action: ['Transaktionen', 'Transaction'],
        symbol: 'Symbol',
        isin: 'ISIN',
        note: 'Name',
        quantity: ['Anzahl', 'Quantity'],
        price: ['Stückpreis', 'Unit price'],
        currency: ['Währung', 'Currency'],
        amount: ['Nettobetrag', 'Net Amount'],
        amountCurrency: ['Währung', 'Currency'],
        balance: ['Saldo', 'Balance'],
      },
      fees: [{ amount: ['Kosten', 'Costs'] }],
      rows: [
        { when: { action: ['Kauf', 'Buy'] }, is: 'trade', side: 'buy' },
        { when: { action: ['Verkauf', 'Sell'] }, is: 'trade', side: 'sell' },
        {
          when: { action: ['Dividende', 'Dividend', 'Kapitalgewinn', 'Capital Gain'] },
          is: 'dividend',
          // The costs of a dividend are the tax that is withheld.
          fees: [],
          fields: { quantity: null, price: null, tax: ['Kosten', 'Costs'] },
        },
        { when: { action: ['/^Forex/', '/^Fx-/i'] }, is: 'fx', why: 'one side of a conversion of currency', fees: [] },
        { when: { action: ['/^Zinsen/', '/^Interest/'] }, is: 'interest', fields: { quantity: null }, fees: [] },
        {
          when: { action: ['Depotgebühren', 'Berichtigung Börsengeb.', '/gebühr/i', 'Custody Fees', '/Fees?$/'] },
          ...{ is: 'fee', fields: { quantity: null }, fees: [] },
        },
        {
          when: { action: ['Zahlung', 'Einzahlung', 'Vergütung', 'Payment', 'Credit'] },
          is: 'deposit',
          fields: { quantity: null },
          fees: [],
        },
        {
          when: { action: ['Auszahlung', 'Debit', 'Withdrawal'] },
          is: 'withdrawal',
          fields: { quantity: null },
          fees: [],
        },
      ],
    },
  ],
};
