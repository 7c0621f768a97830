import { expect } from 'chai';
import fc from 'fast-check';
import { naiveOrder, type Ordered } from '../../test/naive-order.js';
import { FROM_START, Merge, type LaneState, type Lull } from './merge.js';

/** What an input has: messages, and claims in between that later ones count as sent after a time, true or not. */
type Entry = Ordered | { readonly claim: number };
type Inputs = readonly (readonly Entry[])[];

const anyInputs = fc
  .array(
    fc.array(
      fc.record({
        pause: fc.oneof(fc.nat(3), fc.nat(60)),
        behind: fc.integer({ min: -5, max: 40 }),
        back: fc.oneof({ arbitrary: fc.constant(0), weight: 9 }, { arbitrary: fc.nat(20), weight: 1 }),
        claim: fc.option(fc.integer({ min: -20, max: 60 })),
      }),
      { maxLength: 12 },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((all): Inputs =>
    all.map((steps, input) => {
      let [now, number] = [0, 0];
      return steps.flatMap(({ pause, behind, back, claim }): Entry[] => {
        now += pause;
        // Numbers have gaps, as in a lane.
        number += 1 + (pause % 3);
        const message = { input, offset: number, time: now - behind, sent: now - back };
        return claim === null ? [message] : [message, { claim: now + claim }];
      });
    }),
  );

const idleAfter = fc.nat(30);
const anyTurns = fc.array(fc.nat(3), { maxLength: 80 });

const messagesOf = (all: Inputs): Ordered[][] =>
  all.map((entries) => entries.filter((entry): entry is Ordered => 'offset' in entry));

/** The claims as what they mean: from an offset on, messages count as sent no earlier than a time. */
function meaningOf(all: Inputs): Lull[] {
  return all.flatMap((entries, input) => {
    let offset = 0;
    return entries.flatMap((entry): Lull[] => {
      if ('claim' in entry) return [{ input, offset, sent: entry.claim + 1 }];
      offset = entry.offset + 1;
      return [];
    });
  });
}

interface Step {
  readonly order: readonly Ordered[];
  readonly states: readonly LaneState[];
  /** By input, the index of the first entry that must be read again. */
  readonly at: readonly number[];
}

/** Reads inputs in some turns, then to their ends; notes where it could go on after each message. */
function read(all: Inputs, merge: Merge<Ordered>, turns: readonly number[], from: readonly number[] = []): Step[] {
  const next = all.map((_, input) => from[input] ?? 0);
  const first = all.map((_, input) => from[input] ?? 0);
  const offsets = all.map(() => 0);
  const steps: Step[] = [];
  let order: readonly Ordered[] = [];
  const note = (): void => {
    const at = all.map((_, input) => (merge.waiting(input) > 0 ? (first[input] ?? 0) : (next[input] ?? 0)));
    const states = all.map((_, input) => ({ offset: offsets[input] ?? 0, sent: merge.sentOf(input) }));
    steps.push({ order, states, at });
  };
  const take = (): void => {
    for (let placed = merge.next(); placed !== undefined; placed = merge.next()) {
      const { input, message } = placed;
      order = [...order, message];
      offsets[input] = message.offset + 1;
      const rest = all[input]?.slice(0, next[input]) ?? [];
      first[input] = rest.findIndex((entry) => 'offset' in entry && entry.offset > message.offset);
      note();
    }
  };
  const turn = (input: number): void => {
    const entry = all[input]?.[next[input] ?? 0];
    if (entry === undefined) return merge.silent(input, Number.POSITIVE_INFINITY);
    if ('claim' in entry) merge.claim(input, entry.claim);
    else {
      if (merge.waiting(input) === 0) first[input] = next[input] ?? 0;
      merge.add(input, entry, entry);
    }
    next[input] = (next[input] ?? 0) + 1;
  };
  note();
  for (const input of turns) {
    turn(input % all.length);
    take();
  }
  for (const [input, entries] of all.entries()) {
    for (let n = 0; n <= entries.length; n++) {
      turn(input);
      take();
    }
  }
  return steps;
}

const mergeOf = (wait: number, inputs: readonly LaneState[], lulls: readonly Lull[] = []): Merge<Ordered> =>
  new Merge<Ordered>({ idleAfter: wait, inputs, lulls });

describe('Merge with claims of its inputs', () => {
  it('gives one order, however inputs are read', () => {
    fc.assert(
      fc.property(anyInputs, idleAfter, anyTurns, (all, wait, turns) => {
        const steps = read(
          all,
          mergeOf(
            wait,
            all.map(() => FROM_START),
          ),
          turns,
        );
        expect(steps.at(-1)?.order).to.eql(naiveOrder(messagesOf(all), wait, meaningOf(all)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('goes on from any position as if it had not stopped, without the claims before it', () => {
    fc.assert(
      fc.property(anyInputs, idleAfter, anyTurns, anyTurns, fc.nat(60), (all, wait, turns, others, stop) => {
        const steps = read(
          all,
          mergeOf(
            wait,
            all.map(() => FROM_START),
          ),
          turns,
        );
        const { order, states, at } = steps[stop % steps.length] ?? expect.fail('no step');
        const again = read(all, mergeOf(wait, states), others, at);
        expect([...order, ...(again.at(-1)?.order ?? [])]).to.eql(steps.at(-1)?.order);
      }),
      { numRuns: 2_000 },
    );
  });

  it('tells those who have the messages alone where a claim was not true', () => {
    let untrue = 0;
    fc.assert(
      fc.property(anyInputs, idleAfter, anyTurns, (all, wait, turns) => {
        const merge = mergeOf(
          wait,
          all.map(() => FROM_START),
        );
        const order = read(all, merge, turns).at(-1)?.order;
        const lulls = merge.takeLulls();
        if (lulls.length > 0) untrue++;
        expect(naiveOrder(messagesOf(all), wait, lulls)).to.eql(order);
      }),
      { numRuns: 2_000 },
    );
    expect(untrue).to.be.greaterThan(100);
  });
});
