import type { PresetSource } from '../broker/preset.js';

const QUANTITY = ['Anzahl', 'Quantity', 'Aantal'];
const COSTS = [
  'Transaktionsgebühren und/oder Fremdkosten',
  'Transaktionsgebühren und/oder Fremdkosten EUR',
  'Transaction and/or third party fees EUR',
  'Transactiekosten en/of kosten van derden EUR',
];
/** Their currency is in the next column. */
const COSTS_BESIDE = ['Transaction and/or third party costs', 'Transaction and/or third', 'Transactiekosten en/of'];

/**
 * `Transactions.csv`, in German, English or Dutch. It has no side (the sign of the quantity is), no symbol but the ISIN, and
 * the currencies of its amounts in columns without a name.
 */
export const degiro: PresetSource = {
  name: 'degiro',
  title: 'DEGIRO, transactions',
  zone: 'Europe/Amsterdam',
  dates: ['DD-MM-YYYY HH:mm', 'DD-MM-YYYY'],
  decimal: ',',
  thousands: '.',
  currency: 'EUR',
  order: 'newest-first',
  recognise: [
    ['Datum', 'Uhrzeit', 'Produkt', 'ISIN', 'Anzahl', 'Kurs', 'Wert EUR', 'Gesamt EUR'],
    ['Date', 'Time', 'Product', 'ISIN', 'Quantity', 'Price', 'Value EUR', 'Total EUR'],
    ['Datum', 'Tijd', 'Product', 'ISIN', 'Aantal', 'Koers', 'Waarde EUR', 'Totaal EUR'],
    // The layout before 2025: the currency of each amount is beside it.
    ['Date', 'Time', 'Product', 'ISIN', 'Quantity', 'Price', 'Value', 'Total', 'Order ID'],
    ['Datum', 'Tijd', 'Product', 'ISIN', 'Aantal', 'Koers', 'Waarde', 'Totaal', 'Order ID'],
  ],
  tables: [
    {
      // The number of the order is in the last column, which has no name, or in the one before it, or is missing.
      missingCells: 2,
      fields: {
        date: ['Datum', 'Date'],
        time: ['Uhrzeit', 'Time', 'Tijd'],
        symbol: 'ISIN',
        isin: 'ISIN',
        note: ['Produkt', 'Product'],
        venue: ['Ausführungsort', 'Venue', 'Execution Venue', 'Uitvoeringsplaats'],
        quantity: QUANTITY,
        price: ['Kurs', 'Price', 'Koers'],
        currency: { column: ['Kurs', 'Price', 'Koers'], offset: 1 },
        amount: ['Gesamt EUR', 'Total EUR', 'Totaal EUR', 'Total', 'Totaal'],
        amountCurrency: { column: ['Total', 'Totaal'], offset: 1 },
        rate: ['Wechselkurs', 'Exchange rate', 'Wisselkoers'],
      },
      fees: [
        { amount: { column: ['AutoFX-Gebühr', 'AutoFX Fee', 'AutoFX Kosten'], negate: true } },
        { amount: { column: COSTS, negate: true } },
        { amount: { column: COSTS_BESIDE, negate: true }, currency: { column: COSTS_BESIDE, offset: 1 } },
      ],
      rows: [
        {
          // A split is booked as a sale of the old shares and a purchase of the new ones, at midnight and on no venue.
          when: { time: '00:00', venue: '' },
          ...{ is: 'split-leg', side: 'by-quantity', amount: 'none', fees: [] },
        },
        { is: 'trade', side: 'by-quantity' },
      ],
    },
  ],
};
