import { formatMoney, type RowOf } from '@stockafolio/core';
import type { accountEvents } from '../../account-tables.js';
import type { AccountFigures } from '../../figures/account-figures.js';
import { sharesOf } from '../../quantity.js';
import type { WireAccount, WireEvent } from './types.js';
import { decimalOrNull } from './values.js';

export function wireAccount({ currency, cash, ...amounts }: AccountFigures): WireAccount {
  const { deposits, withdrawals, dividends, interest, fees, commissions, taxes, exchanged, options, other } = amounts;
  return {
    ...{ currency, cash: formatMoney(cash), deposits: formatMoney(deposits), withdrawals: formatMoney(withdrawals) },
    ...{ dividends: formatMoney(dividends), interest: formatMoney(interest), fees: formatMoney(fees) },
    ...{ commissions: formatMoney(commissions), taxes: formatMoney(taxes), exchanged: formatMoney(exchanged) },
    ...{ options: formatMoney(options), other: formatMoney(other) },
  };
}

export function wireEvent(event: RowOf<typeof accountEvents>): WireEvent {
  const { id, time, kind, symbol = null, quantity, currency, amount, value } = event;
  return {
    ...{ id, time: new Date(time).toISOString(), kind, symbol, currency },
    quantity: quantity === undefined ? null : sharesOf(quantity),
    amount: decimalOrNull(amount),
    value: decimalOrNull(value),
  };
}
