import type { SavedSlots, StateColumn } from '@stockafolio/core/ports';
import { expect } from 'chai';
import {
  calendar,
  int64,
  money,
  optional,
  pipeline,
  processByKey,
  record,
  type RecordSchema,
  table,
  type Table,
  text,
} from '@stockafolio/core';
import { sales } from '@stockafolio/conformance';
import {
  type KeyKind,
  layoutOf,
  OF_FIRST_RECORD,
  type OperatorLayout,
  type OperatorNode,
  withHidden,
} from '@stockafolio/core/plan';
import { MemoryStates } from '../state/memory-states.js';
import type { CheckpointHeader, OperatorPart } from './header.js';
import { comparePlans as compare, type PlanChange, type PlanToCompare } from './plan.js';
import { canBeRead } from '../state/saved-slots.js';

const Sum = record('sum', { amount: int64(), count: int64() });

function operator(
  name: string,
  kind: string,
  settings: OperatorLayout['settings'],
  schema: RecordSchema = Sum,
): OperatorNode {
  const facts = { isShared: false, writesState: false, options: undefined };
  return { name, kind, settings, state: schema, ...facts };
}

/** An empty state, as a checkpoint has it. */
function savedOf(node: OperatorNode): Pick<OperatorPart, 'state' | 'subKeys'> {
  const states = new MemoryStates();
  states.open(node.name, node.state, node.subKeys);
  const saved = states.save([]).states;
  const below = Object.keys(node.subKeys ?? {}).map((name) => [name, saved.get(`${node.name}/${name}`)]);
  const state = saved.get(node.name) ?? expect.fail('no state');
  return { state, ...(below.length === 0 ? {} : { subKeys: Object.fromEntries(below) as Record<string, SavedSlots> }) };
}

function header(operators: readonly OperatorNode[], tables: string[] = ['t']): CheckpointHeader {
  const parts = operators.map((node) => ({
    layout: layoutOf(node),
    ...savedOf(node),
  }));
  return { operators: parts, tables } as unknown as CheckpointHeader;
}

function comparePlans(
  before: CheckpointHeader,
  operators: readonly OperatorNode[],
  tables: readonly string[],
  keyKinds: PlanToCompare['keyKinds'] = new Map(),
): PlanChange[] {
  const named = (name: string): Table => table(name, { partitionBy: ['k'] }, { k: text() }) as Table;
  return compare(before, { operators, tables: tables.map(named), keyKinds });
}

const window = operator('w', 'tumblingWindow', { size: 5, allowedLateness: 0 });

describe('comparePlans', () => {
  const verdict = (before: OperatorNode, now: OperatorNode): string =>
    comparePlans(header([before]), [now], ['t'])
      .map((change) => change.verdict)
      .join(' ');

  it('loses the state of a key whose parts have other names, and cannot tell whether a function returns the same', () => {
    const keyed = (settings: OperatorLayout['settings']): OperatorNode => operator('f', 'foldByKey', settings);
    const verdict = (before: OperatorNode, now: OperatorNode): string | undefined =>
      comparePlans(header([before]), [now], ['t'])[0]?.verdict;
    expect(verdict(keyed({ key: 'user, item' }), keyed({ key: 'user, item' }))).to.equal('kept');
    expect(verdict(keyed({ key: 'user, item' }), keyed({ key: 'user, side' }))).to.equal('lost');
    expect(verdict(keyed({ group: 'day', key: 'user' }), keyed({ group: '(date)', key: 'user' }))).to.equal('lost');
    expect(verdict(keyed({}), keyed({ key: 'user, side' }))).to.equal('kept');
    expect(verdict(keyed({ key: 'user, side' }), keyed({}))).to.equal('kept');
  });

  it('compares sub-keys: those of another kind lose the state, their fields come and go as others do', () => {
    const Lot = record('lot', { price: int64(), amount: int64() });
    const Other = record('lot', { price: int64(), time: int64() });
    const lots = (kind: KeyKind, fields: RecordSchema = Lot): OperatorNode => ({
      ...operator('p', 'positions', {}),
      subKeys: { lots: { kind, fields } },
    });
    const change = (before: OperatorNode, now: OperatorNode): string =>
      comparePlans(header([before]), [now], ['t'])
        .map(({ verdict, detail }) => `${verdict}: ${detail}`)
        .join();
    expect(change(lots('number'), lots('number'))).to.equal('kept: is unchanged');
    const hidden = withHidden(Lot, { $end: int64() });
    expect(change(lots('number', hidden), lots('number', hidden))).to.equal('kept: is unchanged');
    expect(change(lots('number'), lots('text'))).to.contain("lost: its sub-keys 'lots' were number and are text");
    expect(change(lots('number'), lots('number', Other))).to.equal(
      'migrated: lots.time begin at their initial values; lots.amount are dropped',
    );
    const without = operator('p', 'positions', {});
    expect(change(lots('number'), without)).to.equal('migrated: lots.price, lots.amount are dropped');
    expect(change(without, lots('number'))).to.equal('migrated: lots.price, lots.amount begin at their initial values');
  });

  it('keeps a processByKey whose timers, maps, lists or outputs come and go, and says which', () => {
    const options = { key: ['user'] as const, state: Sum, onRecord: () => undefined, onTimer: () => undefined };
    const plan = (parts: object): OperatorNode => {
      const made = pipeline('p', { sales }, ({ sales }) => {
        processByKey('p', sales, { ...options, timers: ['a'], outputs: { sums: Sum }, ...parts } as never);
        return [];
      });
      return made.plan.operators[0] ?? expect.fail('no operator');
    };
    const change = (before: object, now: object): string =>
      comparePlans(header([plan(before)]), [plan(now)], ['t'])
        .map(({ verdict, detail }) => `${verdict}: ${detail}`)
        .join();
    const maps = { lots: { key: int64(), value: Sum } };
    expect(change({ timers: ['a', 'lots_x'], maps }, { timers: ['a', 'lots_x'], maps })).to.equal('kept: is unchanged');
    expect(change({}, { outputs: { sums: Sum, others: Sum } })).to.equal('kept: is unchanged');
    expect(change({}, { timers: ['a', 'b'] })).to.equal('migrated: timer b are not set');
    expect(change({ timers: ['a', 'b', 'c'] }, { timers: ['c'] })).to.equal('migrated: timer a, timer b are dropped');
    expect(change({}, { maps })).to.equal('migrated: lots.amount, lots.count begin at their initial values');
    expect(change({ lists: { lots: Sum } }, {})).to.equal('migrated: lots.amount, lots.count are dropped');
    const byText = { lots: { key: text(), value: Sum } };
    expect(change({ maps }, { maps: byText })).to.contain("lost: its sub-keys 'lots' were number and are text");
    expect(change({}, { key: ['user', 'item'] })).to.contain('lost: key was user and is user, item');
  });

  it('says how keys begin otherwise: those that are held go on as they are', () => {
    const begins = (initial?: RecordSchema['initial'], schema: RecordSchema = Sum): OperatorNode => {
      const settings = initial === undefined ? {} : { initial: shown(initial) };
      return operator('f', 'foldByKey', settings, { ...schema, initial });
    };
    const shown = (initial: object): string => Object.entries(initial).join();
    const computed = operator('f', 'foldByKey', { initial: OF_FIRST_RECORD });
    const change = (before: OperatorNode, now: OperatorNode): string =>
      comparePlans(header([before]), [now], ['t'])
        .map(({ verdict, detail }) => `${verdict}: ${detail}`)
        .join();
    const rest = 'keys that it has go on as they are';
    expect(change(begins({ amount: 5 }), begins({ amount: 5 }))).to.equal('kept: is unchanged');
    expect(change(computed, computed)).to.equal('kept: is unchanged');
    expect(change(begins(), begins({ amount: 5 }))).to.equal(
      `migrated: new keys begin amount at 5 instead of 0; ${rest}`,
    );
    expect(change(begins({ amount: 5, count: 1 }), begins({ amount: 6 }))).to.equal(
      `migrated: new keys begin amount at 6 instead of 5, count at 0 instead of 1; ${rest}`,
    );
    expect(change(begins(), computed)).to.equal(`migrated: new keys begin with values of their first records; ${rest}`);
    expect(change(computed, begins({ count: 1 }))).to.equal(
      `migrated: new keys begin count at 1 instead of 0, without values of their first records; ${rest}`,
    );
  });

  it('says where added fields begin: at their initial values, but for a function whose records are gone', () => {
    const More = record('more', { ...Sum.fields, low: int64() });
    const settings = { initial: 'low 9' };
    const [change] = comparePlans(
      header([operator('f', 'foldByKey', {})]),
      [operator('f', 'foldByKey', settings, { ...More, initial: { low: 9 } })],
      ['t'],
    );
    expect(change).to.include({ verdict: 'migrated', detail: 'low begin at their initial values' });
    const computed = operator('f', 'foldByKey', { initial: OF_FIRST_RECORD }, More);
    const [other] = comparePlans(header([operator('f', 'foldByKey', {})]), [computed], ['t']);
    expect(other?.detail).to.contain("low begin at what their types begin with, as their keys' first records are gone");
  });

  it('compares a setting of that name as any other if the kind is of another author', () => {
    const odd = (initial: number): OperatorNode => operator('f', 'movingMedian', { initial });
    expect(verdict(odd(5), odd(6))).to.equal('lost');
  });

  it('keeps what is unchanged, and what only allows more lateness or ranks more', () => {
    expect(verdict(window, window)).to.equal('kept');
    expect(verdict(window, operator('w', 'tumblingWindow', { size: 5, allowedLateness: 9 }))).to.equal('kept');
    expect(verdict(operator('t', 'topByKey', { k: 1 }), operator('t', 'topByKey', { k: 9 }))).to.equal('kept');
  });

  it('loses what is of another kind, or has other settings, under the same name', () => {
    expect(verdict(window, operator('w', 'hoppingWindow', window.settings))).to.equal('lost');
    expect(verdict(window, operator('w', 'tumblingWindow', { size: 6, allowedLateness: 0 }))).to.equal('lost');
    expect(verdict(operator('f', 'foldByKey', {}), operator('f', 'foldByKey', { expires: 'yes' }))).to.equal('lost');
    const days = (version: number): OperatorNode =>
      operator(
        'd',
        'calendarWindow',
        calendar(
          'days',
          () => 0,
          () => 0,
          { version },
        ).settings,
      );
    expect(verdict(days(1), days(1))).to.equal('kept');
    expect(verdict(days(1), days(2))).to.equal('lost');
  });

  it('migrates a state that has gained, lost or retyped fields, and names them', () => {
    const before = operator('f', 'foldByKey', {});
    for (const [schema, words] of [
      [record('more', { amount: int64(), count: int64(), note: optional(text()) }), ['note begin']],
      [record('less', { amount: int64() }), ['count are dropped']],
      [record('other', { amount: money(), count: int64() }), ['amount begin']],
    ] as const) {
      const [change] = comparePlans(header([before]), [operator('f', 'foldByKey', {}, schema)], ['t']);
      expect(change?.verdict).to.equal('migrated');
      for (const word of words) expect(change?.detail).to.contain(word);
    }
  });

  it('states which operators and tables are new, and which were removed', () => {
    const changes = comparePlans(header([window]), [operator('f', 'foldByKey', {})], ['t', 'u']);
    expect(changes.map((change) => `${change.subject} ${change.verdict}`)).to.eql([
      "operator 'f' empty",
      "operator 'w' lost",
      "table 'u' empty",
    ]);
  });

  it('states for each what happens to it', () => {
    const changes = comparePlans(
      header([window, operator('g', 'foldByKey', {})]),
      [operator('f', 'foldByKey', {}), window],
      ['u'],
    );
    expect(changes.map(({ subject, detail }) => `${subject} ${detail}`)).to.eql([
      "operator 'f' is new: it begins empty, without earlier records",
      "operator 'w' is unchanged",
      "operator 'g' was removed from the pipeline: its state is dropped",
      "table 'u' is new: it has rows only from here on",
    ]);
  });

  it('states what differs, with the old and the new value', () => {
    const detail = (before: OperatorNode, now: OperatorNode): string =>
      comparePlans(header([before]), [now], ['t'])[0]?.detail ?? '';
    expect(detail(window, operator('w', 'hoppingWindow', {}))).to.contain(
      'was a tumblingWindow and is a hoppingWindow',
    );
    expect(detail(window, operator('w', 'tumblingWindow', { size: 6 }))).to.equal(
      'size was 5 and is 6: its state is dropped, and it begins empty',
    );
    const plain = operator('f', 'foldByKey', {});
    const expiring = operator('f', 'foldByKey', { expires: 'yes' });
    expect(detail(plain, expiring)).to.contain('expires was not set and is yes');
    expect(detail(expiring, plain)).to.contain('expires was yes and is not set');
  });

  it('states for a ranking of fewer keys which ranks its table keeps, and nothing for one of as many or more', () => {
    const ranking = (k: number): OperatorNode => operator('t', 'topByKey', { k });
    const [change] = comparePlans(header([ranking(9)]), [ranking(5)], ['t']);
    expect(change?.verdict).to.equal('migrated');
    expect(change?.detail).to.contain('ranks 6 to 9');
    expect(verdict(ranking(9), ranking(9))).to.equal('kept');
    expect(verdict(window, window)).to.equal('kept');
  });

  it('lists all changes of a migrated state, each field by name', () => {
    const before = operator('f', 'topByKey', { k: 9 }, record('s', { amount: int64(), count: int64(), note: text() }));
    const now = operator('f', 'topByKey', { k: 5 }, record('s', { amount: money(), count: int64(), mood: text() }));
    const [change] = comparePlans(header([before]), [now], ['t']);
    expect(change?.detail.split('; ').slice(1)).to.eql([
      'amount, mood begin at their initial values',
      'amount was int64 and is money',
      'note are dropped',
    ]);
  });

  it('lists only the changes of a migrated state', () => {
    const detail = (schema: RecordSchema): string | undefined =>
      comparePlans(header([operator('f', 'foldByKey', {})]), [operator('f', 'foldByKey', {}, schema)], [])[0]?.detail;
    expect(detail(record('s', { amount: int64(), count: int64(), note: text() }))).to.equal(
      'note begin at their initial values',
    );
    expect(detail(record('s', { amount: int64() }))).to.equal('count are dropped');
    expect(detail(record('s', { note: text() }))).to.equal(
      'note begin at their initial values; amount, count are dropped',
    );
  });

  it('loses a state whose keys now expire, or no longer do, detected by the field of the expiry', () => {
    const plain = operator('t', 'topByKey', { k: 3 });
    const expiring = operator('t', 'topByKey', { k: 3 }, withHidden(Sum, { $until: int64() }));
    const change = (before: typeof plain, now: typeof plain): string | undefined =>
      comparePlans(header([before]), [now], []).map(({ verdict: of, detail }) => `${of}, ${detail}`)[0];
    expect(change(plain, expiring)).to.contain('lost, expires was not set and is yes');
    expect(change(expiring, plain)).to.contain('lost, expires was yes and is not set');
    expect(change(expiring, expiring)).to.equal('kept, is unchanged');
  });

  it('loses a state whose key has other parts, if a table states them', () => {
    const before = header([operator('f', 'foldByKey', {})]);
    const part = before.operators[0] ?? expect.fail('no operator');
    const kept = { ...before, operators: [{ ...part, state: { ...part.state, kinds: ['text', 'text'] as const } }] };
    const now = operator('f', 'foldByKey', {});
    const detail = (...kinds: KeyKind[]): string | undefined =>
      comparePlans(kept, [now], [], new Map([[now, kinds]]))[0]?.detail;
    expect(detail('text', 'text')).to.equal('is unchanged');
    expect(detail('text')).to.contain('its key was (text, text) and is (text): its state is dropped');
    expect(detail('text', 'number')).to.contain('and is (text, number)');
    expect(comparePlans(kept, [now], [])[0]?.verdict, 'no table states it').to.equal('kept');
    expect(comparePlans(before, [now], [], new Map([[now, ['text']]]))[0]?.verdict, 'it never held a key').to.equal(
      'kept',
    );
  });

  it('compares no tables if none are given', () => {
    expect(comparePlans(header([window]), [window], []).map((change) => change.verdict)).to.eql(['kept']);
  });
});

describe('canBeRead', () => {
  const column = (facts: Partial<StateColumn> = {}): StateColumn => ({
    ...{ name: 'amount', kind: 'int64', storage: 'f64', optional: false, first: '' },
    ...facts,
  });

  it('accepts only values of the same name, kind and storage', () => {
    expect(canBeRead(column(), column())).to.equal(true);
    for (const other of [{ name: 'count' }, { kind: 'decimal', scale: 4 }, { storage: 'i64' }] as const) {
      expect(canBeRead(column(), column(other)), JSON.stringify(other)).to.equal(false);
    }
  });

  it('accepts words and lengths that the column still allows, and those of a checkpoint that does not record them', () => {
    const words = (...some: string[]): StateColumn => column({ kind: 'oneOf', words: some });
    expect(canBeRead(words('a', 'b'), words('b', 'c', 'a'))).to.equal(true);
    expect(canBeRead(words('a', 'b'), words('a', 'c'))).to.equal(false);
    expect(canBeRead(column({ kind: 'oneOf' }), words('a'))).to.equal(true);
    expect(canBeRead(words('a'), column({ kind: 'text' }))).to.equal(false);
    const long = (longest: number): StateColumn => column({ kind: 'text', longest });
    expect([canBeRead(long(4), long(5)), canBeRead(long(4), long(4)), canBeRead(long(5), long(4))]).to.eql([
      ...[true, true, false],
    ]);
    expect([canBeRead(column({ kind: 'text' }), long(4)), canBeRead(long(4), column({ kind: 'text' }))]).to.eql([
      ...[true, true],
    ]);
  });

  it('accepts optional values only if they are still optional', () => {
    expect(canBeRead(column(), column({ optional: true }))).to.equal(true);
    expect(canBeRead(column({ optional: true }), column({ optional: true }))).to.equal(true);
    expect(canBeRead(column({ optional: true }), column())).to.equal(false);
  });
});
