import type { PresetSource } from '../broker/preset.js';

const TIMESTAMP = ['YYYY-MM-DD HH:mm:ss Z', 'YYYY-MM-DD[T]HH:mm:ssZ'];
const TOTAL = ['Total (inclusive of fees and/or spread)', 'Total (inclusive of fees)', 'Total'];

/**
 * The transaction report of Coinbase, in its layouts with `Price` and with `Spot Price`. A price is that of the market, and
 * the total is after fees and spread: what it differs is the fee.
 */
export const coinbase: PresetSource = {
  name: 'coinbase',
  title: 'Coinbase, transaction report',
  zone: 'UTC',
  dates: TIMESTAMP,
  thousands: ',',
  currencySymbols: { $: 'USD', '€': 'EUR', '£': 'GBP' },
  order: 'newest-first',
  recognise: [
    ['Timestamp', 'Transaction Type', 'Asset', 'Quantity Transacted', 'Price Currency', 'Price at Transaction'],
    [
      'Timestamp',
      'Transaction Type',
      'Asset',
      'Quantity Transacted',
      'Spot Price Currency',
      'Spot Price at Transaction',
    ],
  ],
  tables: [
    {
      fields: {
        id: 'ID',
        date: 'Timestamp',
        type: 'Transaction Type',
        symbol: 'Asset',
        note: 'Notes',
        quantity: 'Quantity Transacted',
        price: ['Price at Transaction', 'Spot Price at Transaction'],
        currency: ['Price Currency', 'Spot Price Currency'],
        amount: TOTAL,
        amountCurrency: ['Price Currency', 'Spot Price Currency'],
      },
      rows: [
        {
          when: { type: ['Buy', 'Advanced Trade Buy', 'Advance Trade Buy'] },
          ...{ is: 'trade', side: 'buy', amount: 'by-side', feesByDifference: true },
        },
        {
          when: { type: ['Sell', 'Advanced Trade Sell', 'Advance Trade Sell', 'Card Spend'] },
          ...{ is: 'trade', side: 'sell', amount: 'by-side', feesByDifference: true },
        },
        // Income in coins: they come in at their price, without cash.
        {
          when: { type: ['/(Staking|Reward|Rewards|Inflation) (Income|Reward)$/', 'Learning Reward', 'Coinbase Earn'] },
          ...{ is: 'trade', side: 'buy', amount: 'none', origin: 'gift' },
        },
        {
          when: { type: ['Receive', 'Pro Withdrawal', 'Exchange Withdrawal'], symbol: '/^(?!(USD|EUR|GBP)$)/' },
          ...{ is: 'transfer', side: 'buy', fields: { price: null, amount: null } },
        },
        {
          when: { type: ['Send', 'Pro Deposit', 'Exchange Deposit'], symbol: '/^(?!(USD|EUR|GBP)$)/' },
          ...{ is: 'transfer', side: 'sell', fields: { price: null, amount: null } },
        },
        { when: { type: ['Deposit', 'Pro Withdrawal', 'Exchange Withdrawal'] }, is: 'deposit', amount: 'in' },
        { when: { type: ['Withdrawal', 'Pro Deposit', 'Exchange Deposit'] }, is: 'withdrawal', amount: 'out' },
      ],
    },
  ],
};
