import { expect } from 'chai';
import { codeOf } from '@stockafolio/conformance';
import { double, int64, record, text, type Infer } from '../schema/index.js';
import { stream, type Key } from './stream.js';

const Event = record('event', { user: text(), at: double(), n: int64() });
type Event = Infer<typeof Event>;
const event = (at: number, user = 'ann'): Event => ({ user, at, n: 1 });

describe('stream', () => {
  const events = stream('events', Event, { key: (e) => e.user, time: (e) => e.at });

  it('rounds a finer time down to milliseconds, before and after 1970', () => {
    for (const [at, time] of [
      [0.5, 0],
      [1_500_000_000_123.4567, 1_500_000_000_123],
      [-0.5, -1],
      [-62_200_000_000_000, -62_200_000_000_000],
    ] as const) {
      expect(events.time(event(at))).to.equal(time);
    }
  });

  it('rejects, as a bad record, a time that is invalid, that versions do not reach, or for which its function throws', async () => {
    const last = Date.UTC(2255, 5, 1) - 1;
    expect(events.time(event(last))).to.equal(last);
    for (const at of [Number.NaN, Infinity, -Infinity, last + 1, Date.UTC(2256, 0, 1), -8.65e15]) {
      expect(await codeOf(() => events.time(event(at))), String(at)).to.equal('ERR_BAD_RECORD');
    }
    const text = stream('texts', Event, { key: (e) => e.user, time: (e) => e.user as unknown as number });
    expect(await codeOf(() => text.time(event(1)))).to.equal('ERR_BAD_RECORD');
    const thrower = stream('throwers', Event, {
      key: () => {
        throw undefined;
      },
      time: () => {
        throw new TypeError('no');
      },
    });
    expect(await codeOf(() => thrower.time(event(1)))).to.equal('ERR_BAD_RECORD');
    expect(await codeOf(() => thrower.key(event(1)))).to.equal('ERR_BAD_RECORD');
  });

  it('rejects, as a bad record, an invalid key', async () => {
    for (const key of [undefined, null, Number.NaN, {}, [], ['a', undefined], [['a']]]) {
      const broken = stream('broken', Event, { key: () => key as unknown as Key, time: () => 0 });
      expect(await codeOf(() => broken.key(event(1))), JSON.stringify(key)).to.equal('ERR_BAD_RECORD');
    }
  });

  it('has a key without parts, and no partitioner, if it is keyed by nothing', () => {
    const loose = stream('loose', Event, { keyedBy: 'nothing', time: (e) => e.at });
    expect(loose.key(event(1))).to.deep.equal([]);
    expect(loose.partitioner).to.equal(undefined);
    expect(events.partitioner).to.equal('murmur2');
  });

  it('rejects an invalid duration', async () => {
    for (const options of [
      { outOfOrderness: -1 },
      { outOfOrderness: 0.5 },
      { outOfOrderness: Infinity },
      { maxSkew: -1 },
      { maxSkew: Number.NaN },
    ]) {
      const made = (): unknown => stream('events', Event, { key: (e) => e.user, time: (e) => e.at, ...options });
      expect(await codeOf(made), JSON.stringify(options)).to.equal('ERR_SCHEMA_INVALID');
    }
  });
});
