import { type Infer, int32, int64, minutes, oneOf, record, stream, table, text, timestamp } from '@stockafolio/core';

/** What a sensor measured, in tenths of a degree. A correction is a later revision of the same time. */
export const Reading = record('reading', {
  sensor: text({ min: 1 }),
  value: int32(),
  revision: int32({ min: 0 }),
  time: timestamp(),
});
export type Reading = Infer<typeof Reading>;

/** Sensors send what they have measured when they have a network, so readings may be late. */
export const readings = stream('readings', Reading, {
  key: 'sensor',
  time: ({ time }) => time,
  outOfOrderness: minutes(1),
});

/** `silent`: it has sent nothing since then. `high`: its values are above the limit since then. */
export const Alert = record('alert', {
  sensor: text(),
  kind: oneOf('silent', 'high'),
  since: timestamp(),
  time: timestamp(),
});

export const alerts = table('alerts', { partitionBy: ['sensor'], clusterBy: ['time', 'kind'] }, Alert.fields);

/** The sum of all values of an hour and their number: their mean is one by the other. */
export const hours = table(
  'hours',
  { partitionBy: ['sensor'], clusterBy: ['hour'] },
  { sensor: text(), hour: timestamp(), sum: int64(), count: int64() },
);
