import { expect } from 'chai';
import { sale, type Sale } from '@stockafolio/conformance';
import { BadRecordError } from '@stockafolio/core';
import type { Mutation } from '@stockafolio/core/ports';
import { feed, mixed, newEngine } from '../../test/engines.js';

/** The rows of a table, as text: their values without absent ones. */
const rowsIn = (rows: readonly Mutation[], name: string): string[] =>
  rows.flatMap((row) => (row.table.name === name && 'values' in row ? [String(row.values?.join(' '))] : [])).sort();

const some: Sale[] = [
  sale({ user: 'ann', item: 'tea', amount: 2, time: 100 }),
  sale({ user: 'bob', item: 'tea', amount: 3, time: 200 }),
  sale({ user: 'ann', item: 'ale', amount: 5, time: 300 }),
];

describe('an engine, called directly', () => {
  it('commits the sums of its records, each row once', () => {
    const engine = newEngine();
    feed(engine, some);
    expect(rowsIn(engine.commit(), 'by_user')).to.deep.equal(['ann 7 2', 'bob 3 1']);
    expect(engine.commit()).to.deep.equal([]);
    feed(engine, [sale({ user: 'bob', amount: 1, time: 400 })]);
    expect(rowsIn(engine.commit(), 'by_user')).to.deep.equal(['bob 4 2']);
  });

  it('keeps the contents of open windows until it is flushed', () => {
    const engine = newEngine();
    feed(engine, some);
    expect(rowsIn(engine.commit(), 'by_second')).to.deep.equal([]);
    engine.flush();
    expect(rowsIn(engine.commit(), 'by_second')).to.deep.equal(['0 ale 0 5 1', '0 tea 0 5 2']);
  });

  it('returns only rows of single keys on request, and keeps the shared figures unwritten', () => {
    const engine = newEngine();
    feed(engine, some);
    const own = engine.commitOwn();
    expect(rowsIn(own, 'by_user')).to.have.length(2);
    expect(rowsIn(own, 'by_item')).to.deep.equal([]);
    const whole = engine.commit();
    expect(rowsIn(whole, 'by_user')).to.deep.equal([]);
    expect(rowsIn(whole, 'by_item')).to.have.length(2);
  });

  it('continues from the given position, and still treats late records as late', () => {
    const engine = newEngine();
    const position = { offset: 40, version: 90_000_000, latest: 90_000 };
    engine.resume(position);
    expect(engine.position).to.deep.equal(position);
    feed(engine, [sale({ time: 100 })]);
    expect(engine.position).to.deep.equal({ offset: 41, version: 90_000_001, latest: 90_000 });
    // for the window, and for the sums by five seconds, which have expired
    expect(engine.setAside).to.equal(2);
  });

  it('has no latest time before its first record, and after a resume from there', () => {
    const engine = newEngine();
    engine.resume(engine.position);
    expect(engine.position).to.deep.equal({ offset: 0, version: 0, latest: null });
    expect(engine.progress().values).to.deep.equal(['mixed', 0, 0, undefined, 'source-1']);
  });

  it('skips offsets without records, up to the given one', () => {
    const engine = newEngine();
    engine.passOver(10);
    expect(engine.position.offset).to.equal(10);
    engine.reject(new BadRecordError([{ field: '', message: 'bad' }]), new Uint8Array(), { offset: 12, ingested: 0 });
    expect(engine.position.offset).to.equal(13);
    expect(engine.setAside).to.equal(1);
  });

  it('counts the waiting rows until they are drained', () => {
    const engine = newEngine();
    expect(engine.waiting).to.equal(0);
    engine.reject(new BadRecordError([{ field: '', message: 'bad' }]), new Uint8Array(), { offset: 0, ingested: 0 });
    expect(engine.waiting).to.equal(1);
    expect(engine.drain()).to.have.length(1);
    expect(engine.waiting).to.equal(0);
  });

  it('belongs to one pipeline, and lists its operators', () => {
    expect(newEngine().operators.map(({ layout }) => layout.name)).to.include.members(['users', 'seconds', 'best']);
    expect(newEngine(mixed).partition).to.equal(0);
  });
});
