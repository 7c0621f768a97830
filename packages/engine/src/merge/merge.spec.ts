import { expect } from 'chai';
import fc from 'fast-check';
import { naiveOrder, type Ordered } from '../../test/naive-order.js';
import { FROM_START, Merge, type LaneState, type Lull } from './merge.js';

type Logs = readonly (readonly Ordered[])[];

/** Logs of one to four inputs: events out of order, gaps, ties, messages that are no records, clocks that step back. */
const logs = fc
  .array(
    fc.array(
      fc.record({
        pause: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 60 })),
        behind: fc.oneof(fc.integer({ min: -5, max: 40 }), fc.constant(Number.POSITIVE_INFINITY)),
        back: fc.oneof(
          { arbitrary: fc.constant(0), weight: 9 },
          { arbitrary: fc.integer({ max: 20, min: 1 }), weight: 1 },
        ),
      }),
      { maxLength: 12 },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((inputs): Logs =>
    inputs.map((steps, input) => {
      let now = 0;
      return steps.map(({ pause, behind, back }, offset) => {
        now += pause;
        return { input, offset, time: now - behind, sent: now - back };
      });
    }),
  );

const idleAfter = fc.integer({ min: 0, max: 30 });

function taken(merge: Merge<Ordered>): Ordered[] {
  const order: Ordered[] = [];
  for (let placed = merge.next(); placed !== undefined; placed = merge.next()) order.push(placed.message);
  return order;
}

const fromStart = (all: Logs): LaneState[] => all.map(() => FROM_START);

/** A random interleaving: which input is read next, and which inputs are said to be silent, truthfully or not. */
const schedule = fc.array(
  fc.record({ input: fc.nat(3), count: fc.integer({ min: 1, max: 4 }), silent: fc.nat(3), ahead: fc.nat(40) }),
  { maxLength: 30 },
);

/** Reads logs as a schedule says, then to their ends. */
function read(
  all: Logs,
  merge: Merge<Ordered>,
  steps: readonly { input: number; count: number; silent: number; ahead: number }[],
  isTruthful: boolean,
): Ordered[] {
  const next = all.map(() => 0);
  const order: Ordered[] = [];
  const add = (input: number): void => {
    const message = all[input]?.[next[input] ?? 0];
    if (message === undefined) return merge.silent(input, Number.POSITIVE_INFINITY);
    next[input] = message.offset + 1;
    merge.add(input, message, message);
  };
  for (const { input, count, silent, ahead } of steps) {
    for (let n = 0; n < count; n++) add(input % all.length);
    const quiet = silent % all.length;
    const coming = all[quiet]?.slice(next[quiet]).map(({ sent }) => sent) ?? [];
    const certain = Math.min(...coming) - 1;
    merge.silent(quiet, isTruthful ? certain : certain + ahead);
    order.push(...taken(merge));
  }
  all.forEach((log, input) => {
    for (let n = 0; n <= log.length; n++) {
      add(input);
      order.push(...taken(merge));
    }
  });
  return order;
}

describe('Merge', () => {
  it('hands on every message in the order of the law, however inputs are read', () => {
    fc.assert(
      fc.property(logs, idleAfter, schedule, (all, wait, steps) => {
        const merge = new Merge<Ordered>({ idleAfter: wait, inputs: fromStart(all) });
        expect(read(all, merge, steps, true)).to.eql(naiveOrder(all, wait));
        expect(merge.waiting()).to.equal(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives the same order again, with its lulls, if messages came after their place had passed', () => {
    let passed = 0;
    fc.assert(
      fc.property(logs, idleAfter, schedule, schedule, (all, wait, steps, otherSteps) => {
        const merge = new Merge<Ordered>({ idleAfter: wait, inputs: fromStart(all) });
        const order = read(all, merge, steps, false);
        expect(order).to.have.length(all.flat().length);
        const lulls = merge.takeLulls();
        expect(naiveOrder(all, wait, lulls)).to.eql(order);
        if (JSON.stringify(naiveOrder(all, wait)) !== JSON.stringify(order)) passed++;
        const again = new Merge<Ordered>({ idleAfter: wait, inputs: fromStart(all), lulls });
        expect(read(all, again, otherSteps, true)).to.eql(order);
      }),
      { numRuns: 2_000 },
    );
    expect(passed).to.be.greaterThan(100);
  });

  it('goes on from any position as if it had not stopped', () => {
    fc.assert(
      fc.property(logs, idleAfter, schedule, fc.nat(40), (all, wait, steps, stop) => {
        const merge = new Merge<Ordered>({ idleAfter: wait, inputs: fromStart(all) });
        const next = all.map(() => 0);
        const lulls: Lull[] = [];
        const sent = (): number[] => all.map((_, input) => merge.sentOf(input));
        const states = [{ at: [...next], sent: sent() }];
        const spied = Object.assign(Object.create(merge) as Merge<Ordered>, {
          add: merge.add.bind(merge),
          silent: merge.silent.bind(merge),
          next: () => {
            const placed = merge.next();
            lulls.push(...merge.takeLulls());
            if (placed === undefined) return undefined;
            next[placed.input] = placed.message.offset + 1;
            states.push({ at: [...next], sent: sent() });
            return placed;
          },
        });
        const order = read(all, spied, steps, false);
        const from = stop % states.length;
        const state = states[from] ?? expect.fail('no state');
        const inputs = state.at.map((offset, input) => ({
          offset,
          sent: state.sent[input] ?? expect.fail('no input'),
        }));
        const resumed = new Merge<Ordered>({ idleAfter: wait, inputs, lulls });
        all.forEach((log, input) => {
          for (const message of log.slice(state.at[input])) resumed.add(input, message, message);
          resumed.silent(input, Number.POSITIVE_INFINITY);
        });
        expect(taken(resumed)).to.eql(order.slice(from));
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not wait for an input whose next message is known', () => {
    const merge = new Merge<string>({ idleAfter: 1_000, inputs: [FROM_START, FROM_START] });
    merge.add(0, 'order', { time: 10, sent: 100, offset: 0 });
    expect(merge.next()).to.equal(undefined);
    merge.add(1, 'payment', { time: 12, sent: 101, offset: 0 });
    expect(merge.next()).to.eql({ input: 0, message: 'order', sent: 100 });
    expect(merge.next()).to.equal(undefined);
    merge.silent(0, 1_100);
    expect(merge.next()).to.equal(undefined);
    merge.silent(0, 1_101);
    expect(merge.next()?.message).to.equal('payment');
  });

  it('holds no more than what waits', () => {
    const merge = new Merge<number>({ idleAfter: 0, inputs: [FROM_START, FROM_START] });
    for (let n = 0; n < 10_000; n++) {
      merge.add(0, n, { time: n, sent: n, offset: n });
      merge.add(1, n, { time: n, sent: n, offset: n });
      if (n > 3) for (const input of [0, 1]) expect(merge.next()?.input).to.equal(input);
    }
    expect(merge.waiting()).to.equal(8);
    expect([merge.waiting(0), merge.waiting(1)]).to.eql([4, 4]);
  });
});
