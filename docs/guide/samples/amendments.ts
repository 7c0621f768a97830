import { money, oneOf, optional, record, stream, text, timestamp, type Infer } from '@stockafolio/core';

// #region amendments
export const Receipt = record('receipt', {
  number: text({ min: 1 }),
  shop: text({ min: 1 }),
  amount: money({ min: 0 }),
  time: timestamp(),
  kind: optional(oneOf('void', 'correct')),
  of: optional(text({ min: 1 })),
});
export type Receipt = Infer<typeof Receipt>;

export const receipts = stream('receipts', Receipt, {
  key: 'shop',
  time: (receipt) => receipt.time,
  amendments: {
    id: 'number',
    amends: 'of',
    withdraws: ({ kind }) => kind === 'void',
    correct: (receipt, { amount }) => ({ ...receipt, amount }),
  },
});
// #endregion amendments
