import { expect } from 'chai';
import fc from 'fast-check';
import { memoryFiles } from '@stockafolio/testing';
import { LossyTables } from '../test/lossy-tables.js';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { codeOf, dump, messages } from '../test/totals.js';

/** A run in steps so small that a loss falls between any two of them. */
const SMALL_STEPS = { commitInterval: 20, commitRecords: 20, checkpointInterval: 100, figuresInterval: 40 };

describe('tables that lost what they acknowledged', () => {
  let at: StreamUnderTest;
  let tables: LossyTables;
  beforeEach(() => {
    at = new StreamUnderTest();
    tables = new LossyTables();
    at.tables = tables;
  });

  for (const lost of [1, 2, 3, 5, 8, 13, 21]) {
    it(`are repaired from a checkpoint that they contain, if the last ${lost} writes are gone`, async () => {
      const stop = new AbortController();
      const running = at.start({ signal: stop.signal, ...SMALL_STEPS });
      let sent = 0;
      for (let round = 0; round < 12; round++) {
        await at.topic.append(messages(300).slice(sent, sent + 25));
        sent += 25;
        await at.clock.advance(70);
        if (round === 5 || round === 8) await tables.lose(lost);
      }
      await at.clock.advance(2_000);
      stop.abort();
      await at.clock.until(running);
      expect(at.events.filter(({ type }) => type === 'went-back')).to.have.length.at.least(1);
      expect(await dump(tables)).to.eql(await at.wanted(300));
    });
  }

  it('are repaired, or rejected, whatever they lose and when', async function () {
    this.timeout(180_000);
    const step = fc.record({ sent: fc.nat(40), pause: fc.nat(120), lost: fc.option(fc.nat(20), { nil: 0 }) });
    const steps = fc.record({
      commitInterval: fc.integer({ min: 5, max: 45 }),
      commitRecords: fc.integer({ min: 5, max: 45 }),
      checkpointInterval: fc.integer({ min: 30, max: 230 }),
      figuresInterval: fc.integer({ min: 5, max: 105 }),
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.array(step, { minLength: 6, maxLength: 14 }), async (options, way) => {
        const run = new StreamUnderTest();
        const lossy = new LossyTables();
        run.tables = lossy;
        const stop = new AbortController();
        const code = codeOf(run.start({ signal: stop.signal, ...options }));
        let sent = 0;
        for (const { sent: count, pause, lost } of way) {
          await run.topic.append(messages(600).slice(sent, (sent += count)));
          await run.clock.advance(pause);
          if (lost > 0) await lossy.lose(lost);
        }
        await run.clock.advance(2_000);
        stop.abort();
        if ((await run.clock.until(code)) === 'ERR_CHECKPOINTS_AHEAD') return;
        expect(await dump(lossy)).to.eql(await run.wanted(sent));
      }),
      { numRuns: 20 },
    );
  });

  it('are detected by their progress, even if no connection loss was noticed', async () => {
    tables = new LossyTables(false);
    const stop = new AbortController();
    const running = at.start({ tables, signal: stop.signal, ...SMALL_STEPS, checkpointInterval: 1_000 });
    await at.topic.append(messages(100));
    await at.clock.advance(3_000);
    await at.topic.append(messages(100, 100));
    await at.clock.advance(100);
    await tables.lose(4);
    // Only one partition gets more messages: the progress rows of the others stay behind.
    await at.topic.append(messages(1, 200));
    await at.clock.advance(5_000);
    stop.abort();
    await at.clock.until(running);
    expect(at.events.filter(({ type }) => type === 'went-back')).to.have.length(1);
    expect(await dump(tables)).to.eql(await at.wanted(201));
  });

  it('are repaired before a run ends that ends by itself, whichever write it is after which they lose one', async () => {
    await at.topic.append(messages(100));
    const wanted = await at.wanted(100);
    await at.catchUp(SMALL_STEPS);
    const writes = tables.writes;
    expect(writes).to.be.greaterThan(3);
    for (let after = 1; after <= writes; after++) {
      const run = new StreamUnderTest();
      const lossy = new LossyTables();
      const write = lossy.write.bind(lossy);
      let written = 0;
      lossy.write = async (mutations) => {
        await write(mutations);
        if (++written === after) await lossy.lose(1);
      };
      run.tables = lossy;
      await run.topic.append(messages(100));
      const { caughtUp } = await run.catchUp(SMALL_STEPS);
      expect(caughtUp).to.equal(true);
      expect(await dump(lossy), `after write ${after} of ${writes}`).to.eql(wanted);
    }
  });

  it('are rejected at every start if no checkpoint is that old', async () => {
    await at.topic.append(messages(100));
    await at.catchUp(SMALL_STEPS);
    await tables.lose(tables.writes);
    expect(await codeOf(at.catchUp(SMALL_STEPS))).to.equal('ERR_CHECKPOINTS_AHEAD');
    expect(await codeOf(at.catchUp(SMALL_STEPS))).to.equal('ERR_CHECKPOINTS_AHEAD');
  });

  it('are rejected if one of them was dropped and recreated, in a run and at every start', async () => {
    await at.topic.append(messages(100));
    const running = codeOf(at.start(SMALL_STEPS));
    await at.clock.advance(500);
    tables.made.set('by_user', 2);
    await at.topic.append(messages(100, 100));
    await at.clock.advance(500);
    expect(await running).to.equal('ERR_TABLES_REMADE');
    expect(await codeOf(at.catchUp(SMALL_STEPS))).to.equal('ERR_TABLES_REMADE');
    expect((await at.catchUp({ ...SMALL_STEPS, checkpoints: memoryFiles() })).records).to.equal(200);
  });
});
