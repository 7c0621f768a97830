import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import {
  asyncScheduler,
  auditTime,
  bufferCount,
  bufferTime,
  catchError,
  combineLatest,
  concatMap,
  concatWith,
  debounceTime,
  delay,
  distinct,
  distinctUntilChanged,
  EMPTY,
  filter,
  finalize,
  from,
  interval,
  map,
  merge,
  mergeMap,
  mergeWith,
  NEVER,
  observeOn,
  of,
  type Observable,
  type OperatorFunction,
  pairwise,
  sampleTime,
  scan,
  share,
  shareReplay,
  skip,
  startWith,
  Subject,
  switchMap,
  take,
  takeUntil,
  takeWhile,
  tap,
  throttleTime,
  withLatestFrom,
  zip,
} from 'rxjs';
import { addTo, byUser, codeOf, sale, type Sale, sales, Sum } from '@stockafolio/conformance';
import { foldByKey, into, pipeline, type Pipeline } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';

type Between = (from: Observable<Sale>) => Observable<Sale>;

const through = (between: Between): Pipeline =>
  pipeline('through', { sales }, ({ sales }) => [
    into(byUser, between(sales).pipe(foldByKey('sums', { key: ['user'], state: Sum, fold: addTo }))),
  ]);
const piped =
  (operator: OperatorFunction<Sale, Sale>): Between =>
  (from) =>
    from.pipe(operator);

const records = [3, 3, 5, 3, 7, 1].map((amount, n) => sale({ amount, time: n * 1_000 }));

/** The sum of what passes, of a run that is killed after each of these numbers of records; each has a checkpoint. */
async function passed(between: Between, kills: readonly number[]): Promise<number | undefined> {
  const harness = pipelineHarness<Sale>(through(between), { partitions: 1 });
  for (const [n, each] of records.entries()) {
    harness.push(each);
    if (!kills.includes(n + 1)) continue;
    await harness.checkpoint();
    await harness.restart();
  }
  await harness.commit();
  return (await harness.rows(byUser))[0]?.amount;
}

describe('an operator of RxJS between those of a pipeline', () => {
  const plain: Readonly<Record<string, Between>> = {
    map: piped(map((s) => ({ ...s, amount: s.amount * 2 }))),
    filter: piped(filter(({ amount }) => amount > 2)),
    tap: piped(tap(() => undefined)),
    'mergeMap of values': piped(mergeMap((s) => [s, s])),
    'concatMap of values': piped(concatMap((s) => of(s, s))),
    'switchMap of values': piped(switchMap((s) => from([s]))),
    'merge of parts of one stream': (from) =>
      merge(from.pipe(filter(({ amount }) => amount > 3)), from.pipe(filter(({ amount }) => amount <= 3))),
    mergeWith: (from) => from.pipe(mergeWith(from)),
    'merge with nothing': (from) => merge(from, EMPTY, NEVER),
    share: piped(share()),
    catchError: piped(catchError(() => EMPTY)),
    finalize: piped(finalize(() => undefined)),
    concatWith: (from) => from.pipe(concatWith(of(sale({ amount: 1_000 })))),
  };
  for (const [name, between] of Object.entries(plain)) {
    it(`${name}: keeps nothing, so a run that is killed makes the same`, async () => {
      const whole = await passed(between, []);
      expect(whole).to.be.a('number');
      expect(await passed(between, [1, 2, 3, 4, 5])).to.equal(whole);
    });
  }

  /** They hold back values until a time that is no event time: the run ends. */
  const timed: Readonly<Record<string, OperatorFunction<Sale, Sale>>> = {
    delay: delay(1),
    debounceTime: debounceTime(1),
    auditTime: auditTime(1),
    sampleTime: sampleTime(1),
    bufferTime: (from) =>
      from.pipe(
        bufferTime(1),
        mergeMap((some) => some),
      ),
    'throttleTime with its last value': throttleTime(1, asyncScheduler, { leading: false, trailing: true }),
    'observeOn(asyncScheduler)': observeOn(asyncScheduler),
    'mergeMap of promises': mergeMap((s) => Promise.resolve(s)),
    interval: (from) => from.pipe(switchMap((s) => interval(1).pipe(map(() => s)))),
    startWith: startWith(sale({ amount: 0 })),
  };
  for (const [name, operator] of Object.entries(timed)) {
    it(`${name}: its values come outside of their turn, and the run ends with ERR_ASYNC_EMISSION`, async () => {
      // Some would keep their timers for ever.
      const ended = new Subject<void>();
      const code = await codeOf(async () => {
        const harness = pipelineHarness<Sale>(
          through((from) => from.pipe(operator, takeUntil(ended))),
          { partitions: 1 },
        );
        for (const each of records) harness.push(each);
        for (let n = 0; n < 100; n++) {
          await pause(2);
          await harness.commit();
        }
      });
      ended.next();
      expect(code).to.equal('ERR_ASYNC_EMISSION');
    });
  }

  /** They keep values that are in no checkpoint: the guide says which, because nothing can tell from outside. */
  const forgetful: Readonly<Record<string, Between>> = {
    scan: piped(scan((sum, s) => ({ ...s, amount: sum.amount + s.amount }))),
    distinct: piped(distinct(({ amount }) => amount)),
    distinctUntilChanged: piped(distinctUntilChanged((a, b) => a.amount === b.amount)),
    pairwise: (from) =>
      from.pipe(
        pairwise(),
        map(([, s]) => s),
      ),
    bufferCount: (from) =>
      from.pipe(
        bufferCount(2),
        mergeMap((some) => some),
      ),
    take: piped(take(2)),
    takeWhile: piped(takeWhile(({ amount }) => amount < 5)),
    skip: piped(skip(1)),
    shareReplay: (from) =>
      from.pipe(
        scan((sum, s) => ({ ...s, amount: sum.amount + s.amount })),
        shareReplay(1),
      ),
    withLatestFrom: (from) =>
      from.pipe(
        withLatestFrom(from.pipe(filter(({ amount }) => amount === 3))),
        map(([s, { amount }]) => ({ ...s, amount: s.amount + amount })),
      ),
    combineLatest: (from) =>
      combineLatest([from, from.pipe(filter(({ amount }) => amount === 3))]).pipe(map(([s]) => s)),
    zip: (from) => zip(from, from.pipe(skip(1))).pipe(map(([s]) => s)),
  };
  for (const [name, between] of Object.entries(forgetful)) {
    it(`${name}: keeps values outside of the engine, so a run that is killed makes something else`, async () => {
      expect(await passed(between, [1, 2, 3, 4, 5])).not.to.equal(await passed(between, []));
    });
  }
});
