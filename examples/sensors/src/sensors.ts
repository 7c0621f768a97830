import { foldByKey, hours as ofHours, int32, int64, into, keyPart, minutes } from '@stockafolio/core';
import { pipeline, processByKey, record, type StateMap, text, timestamp } from '@stockafolio/core';
import { Alert, alerts, hours, readings } from './readings.js';

/** A sensor that sends nothing for this long is silent. */
const SILENT = minutes(10);
/** Values above this, in tenths of a degree, for this long are an alert. */
const LIMIT = 800;
const HIGH = minutes(5);
/** How far behind the watermark a reading may be, and may be corrected. */
const KEPT = ofHours(1);

const Sensor = record('sensor', { latest: timestamp(), lastHigh: timestamp() });
const Kept = record('kept', { value: int32(), revision: int32() });
/** What a reading adds to its hour: of a correction, the difference to the value before. */
const Change = record('change', { sensor: text(), time: timestamp(), value: int32(), count: int32() });
const Hour = record('hour_of_sensor', { sum: int64(), count: int64() });

type Values = StateMap<number, { readonly value: number }>;

/** Since when values are above the limit for long enough, or still are: the first such time after this one. */
function nextHigh(values: Values, after: number): number | undefined {
  let since: number | undefined;
  for (const [time, { value }] of values) {
    if (since !== undefined && since > after && time >= since + HIGH) return since;
    since = value > LIMIT ? (since ?? time) : undefined;
  }
  return since !== undefined && since > after ? since : undefined;
}

export const sensors = pipeline('sensors', { readings }, ({ readings }) => {
  const { alerts: raised, changes } = processByKey('watch', readings, {
    key: ['sensor'],
    state: Sensor,
    maps: { values: { key: timestamp(), value: Kept } },
    timers: ['silent', 'high'],
    outputs: { alerts: Alert, changes: Change },

    onRecord(state, { sensor, time, value, revision }, { maps: { values }, timers, watermark, emit }) {
      if (time <= watermark - KEPT) throw new Error('a reading of more than an hour ago');
      const before = values.get(time);
      if (before !== undefined && before.revision >= revision) return;
      values.set(time, { value, revision });
      for (const [old] of values) {
        if (old > watermark - KEPT) break;
        values.delete(old);
      }
      emit.changes({ sensor, time, value: value - (before?.value ?? 0), count: before === undefined ? 1 : 0 });

      if (time > state.latest) {
        state.latest = time;
        timers.silent.set(time + SILENT);
      }
      const since = nextHigh(values, state.lastHigh);
      if (since === undefined) timers.high.cancel();
      else timers.high.set(since + HIGH);
    },

    onTimer(state, { name, time }, { key: [sensor], maps: { values }, timers, emit }) {
      if (name === 'silent') return emit.alerts({ sensor, kind: name, since: state.latest, time });
      const since = nextHigh(values, state.lastHigh) ?? time;
      emit.alerts({ sensor, kind: name, since, time });
      state.lastHigh = since;
      const next = nextHigh(values, since);
      if (next !== undefined) timers.high.set(next + HIGH);
    },
  });
  const hour = keyPart(timestamp(), ({ time }: { readonly time: number }) => time - (time % ofHours(1)));
  return [
    into(alerts, raised),
    into(
      hours,
      changes.pipe(
        foldByKey('hours', {
          key: ['sensor', hour],
          state: Hour,
          fold: (sums, { value, count }) => {
            sums.sum += value;
            sums.count += count;
          },
        }),
      ),
    ),
  ];
});

export default sensors;
