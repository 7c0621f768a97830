import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf, stock } from '@stockafolio/conformance';
import { int64, into, joinAsOf, optional, pipeline, record, stream, table, text, timestamp } from '@stockafolio/core';
import { pipelineHarness } from '@stockafolio/testing';
import { map } from 'rxjs';
import { anyOfSeveral, disturb } from '../../test/disturbed.js';
import { receive, type StockChange } from '../../test/stock-messages.js';

/** Larger on request: `RANDOM_PLANS=5000`. */
const RUNS = Number(process.env['RANDOM_PLANS'] ?? 40);
const partitions = 2;

describe('the versions of a changelog', () => {
  const Ask = record('ask', { shop: text(), item: text(), id: int64(), time: timestamp() });
  const asks = stream('asks', Ask, { key: 'shop', time: (ask) => ask.time });
  const asked = table(
    'asked',
    { partitionBy: ['shop'], clusterBy: ['id'] },
    { shop: text(), id: int64(), pieces: optional(int64()) },
  );
  const asking = pipeline('asking', { stock, asks }, ({ stock, asks }) => [
    into(
      asked,
      asks.pipe(
        joinAsOf('as-of', stock, { key: ['shop', 'item'], otherKey: ['shop', 'item'], keep: 50_000, kind: 'left' }),
        map(({ left: { shop, id }, right }) => ({ shop, id, pieces: right?.pieces })),
      ),
    ),
  ]);

  const steps = fc.array(
    fc.record({
      kind: fc.constantFrom('set', 'remove', 'ask', 'ask', 'repeat'),
      shop: fc.constantFrom('north', 'north', 'south'),
      item: fc.constantFrom('tea', 'tea', 'rum'),
      back: fc.nat(6),
    }),
    { minLength: 10, maxLength: 40 },
  );

  it('are valid until the next one or a tombstone, however often some are repeated and the reader is killed', async () => {
    let ended = 0;
    await fc.assert(
      fc.asyncProperty(steps, anyOfSeveral, async (all, kills) => {
        const harness = pipelineHarness(asking, { partitions });
        const changes: StockChange[] = [];
        const wanted: object[] = [];
        for (const [n, { kind, shop, item, back }] of all.entries()) {
          const time = (n + 1) * 1_000;
          if (kind === 'ask') {
            // It asks for a time before, which is not too long ago.
            const at = time - back * 1_000;
            harness.pushTo(asks, { shop, item, id: n, time: at });
            const of = changes.filter((each) => each.shop === shop && each.item === item && each.time <= at);
            const { pieces } = of.at(-1) ?? {};
            if (of.length > 0 && pieces === undefined) ended++;
            wanted.push({ shop, id: n, ...(pieces === undefined ? {} : { pieces }) });
          } else {
            const change = {
              of: 'stock',
              shop,
              item,
              pieces: kind === 'set' ? n : undefined,
              time,
              version: n + 1,
            } as const;
            const sent = kind === 'repeat' ? changes.at(-1 - back) : change;
            if (sent === undefined) continue;
            if (sent === change) changes.push(change);
            receive(harness, sent, partitions);
          }
          await disturb(harness, kills);
        }
        await harness.commit();
        expect(await harness.deadLetters()).to.deep.equal([]);
        const inOrder = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();
        expect(inOrder(await harness.rows(asked))).to.deep.equal(inOrder(wanted));
      }),
      { numRuns: RUNS },
    );
    expect(ended, 'asked for what was removed').to.be.greaterThan(10);
  });

  it('have the key of their messages', async () => {
    const bad = () =>
      pipeline('bad', { stock, asks }, ({ stock, asks }) => [
        into(
          asked,
          asks.pipe(
            joinAsOf('as-of', stock, { key: ['shop'], otherKey: ['shop'] }),
            map(({ left }) => left),
          ),
        ),
      ]);
    expect(await codeOf(bad)).to.equal('ERR_PIPELINE_INVALID');
  });
});
