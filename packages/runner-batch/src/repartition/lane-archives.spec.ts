import { expect } from 'chai';
import { sale, twice } from '@stockafolio/conformance';
import { jsonCodec, type Stream } from '@stockafolio/core';
import { memoryArchive, virtualClock } from '@stockafolio/testing';
import { LaneArchives } from './lane-archives.js';

describe('LaneArchives', () => {
  it('compiles a decoder once, not for each record that passes', async () => {
    const [step] = twice.plan.repartitions;
    const of = step?.stream ?? expect.fail('no repartition');
    let reads = 0;
    const stream: Stream<unknown> = Object.defineProperty({ ...of }, 'schema', {
      get: () => {
        reads++;
        return of.schema;
      },
    });
    const value = jsonCodec(of.schema).encode(sale());
    const archive = memoryArchive<unknown>();
    const ways = new Map([[of.name, { stream, partitions: 1, source: 'source' }]]);
    const lanes = new LaneArchives({
      own: { open: () => archive, remove: async () => undefined },
      ...{ pipeline: 'p', ways, lane: 0, calls: { clock: virtualClock() } },
    });
    const departures = Array.from({ length: 100 }, (_, number) => ({
      ...{ stream, value, number, after: number - 1, sent: 0, partition: 0 },
      ...{ key: 'tea', keyBytes: new Uint8Array(0) },
    }));
    await lanes.add(departures);
    const read = reads;
    await lanes.end();
    // Opening the archive reads it as well.
    expect(read).to.be.at.most(2);
    expect(await archive.files()).to.have.length(1);
  });
});
