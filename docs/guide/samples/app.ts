// #region app
import { defineApp } from '@stockafolio/cli';
import { jsonCodec } from '@stockafolio/core';
import { Sale } from './sales.js';
import { shops } from './shops.js';

export default defineApp({
  pipeline: shops,
  codecs: {
    wire: jsonCodec(Sale),
    tills: jsonCodec(Sale, { names: { shop: 'branch' }, values: { category: { bakery: 'bread' } } }),
  },
});
// #endregion app
