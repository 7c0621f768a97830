// #region core
import { foldByKey, int64, into, pipeline, record, stream, table, text, timestamp } from '@stockafolio/core';

const Visit = record('visit', { page: text(), time: timestamp() });
const visits = stream('visits', Visit, { key: 'page', time: (v) => v.time });
const Count = record('count', { visits: int64() });
const pages = table('pages', { partitionBy: ['page'] }, { page: text(), visits: int64() });

export const counts = pipeline('counts', { visits }, ({ visits }) => [
  into(pages, visits.pipe(foldByKey('pages', { key: ['page'], state: Count, fold: (c) => void c.visits++ }))),
]);
// #endregion core
