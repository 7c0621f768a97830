import {
  foldByKey,
  int32,
  int64,
  into,
  mapAsync,
  money,
  mulDivHalfEven,
  pipeline,
  record,
  table,
  text,
} from '@stockafolio/core';
import { Sale, sales } from './sales.js';

/** Stands for another system. A client passes the signal on to `fetch`, so that a call that is given up ends there too. */
const service = {
  rateOf: async (category: string, { signal }: { readonly signal: { readonly aborted: boolean } }): Promise<number> => {
    if (signal.aborted) throw new Error('too late');
    return Promise.resolve(category === 'coffee' ? 21 : 9);
  },
};

const Tax = record('tax', { pieces: int64(), tax: money() });
export const shopTaxes = table('shop_taxes', { partitionBy: ['shop'] }, { shop: text(), ...Tax.fields });

// #region tax
const TaxedSale = record('taxed_sale', { ...Sale.fields, percent: int32() });

/** What each shop owes, at the rates that another system knows. */
export const taxes = pipeline('taxes', { sales }, ({ sales }) => {
  const taxed = sales.pipe(
    mapAsync('taxed', {
      schema: TaxedSale,
      map: async (sale, { signal }) => ({ ...sale, percent: await service.rateOf(sale.category, { signal }) }),
      concurrency: 32,
      timeout: 2_000,
    }),
  );
  return [
    into(
      shopTaxes,
      taxed.pipe(
        foldByKey('taxes', {
          key: ['shop'],
          state: Tax,
          fold: (sum, { pieces, price, percent }) => {
            sum.pieces += pieces;
            sum.tax += mulDivHalfEven(pieces * price, percent, 100);
          },
        }),
      ),
    ),
  ];
});
// #endregion tax
