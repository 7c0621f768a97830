import { expect } from 'chai';
import fc from 'fast-check';
import { bytesOf } from '@stockafolio/core/ports';
import type { Source } from '@stockafolio/core/ports';
import { memoryTopic, virtualClock } from '@stockafolio/testing';
import { broadcastSource } from './broadcast-source.js';

const LANES = 2;
const PARTITIONS = [3, 5];

const anySteps = fc.array(
  fc.record({
    kind: fc.constantFrom('append', 'append', 'next', 'next', 'next', 'follow', 'seek', 'pause', 'resume'),
    partition: fc.constantFrom(...PARTITIONS),
    lane: fc.nat(LANES - 1),
    back: fc.nat(4),
  }),
  { maxLength: 60 },
);

describe('broadcastSource', () => {
  it('gives every partition all messages of each lane in order, from where it is, however it is read', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, async (steps) => {
        const clock = virtualClock(1_000);
        const topic = memoryTopic({ clock, partitions: LANES, batch: 2 });
        const source = broadcastSource(topic.source(), 'rules', LANES);
        const ends = [0, 0];
        /** By partition and lane, the next offset. */
        const next = new Map(PARTITIONS.map((partition) => [partition, [0, 0]]));
        const at = (partition: number) => {
          const inputs = (next.get(partition) ?? []).map((offset) => ({ offset }));
          return { partition, offset: 0, inputs };
        };
        const paused = new Set<string>();
        let open = PARTITIONS;
        const take = async (): Promise<boolean> => {
          const batch = await clock.until(source.next(0));
          if (batch === undefined) return false;
          const { partition, input = 0, messages } = batch;
          expect(open).to.include(partition);
          const offsets = next.get(partition) ?? [];
          for (const { offset } of messages) {
            expect(offset).to.equal(offsets[input]);
            offsets[input] = offset + 1;
          }
          return true;
        };
        const expectTrue = (claims: Source): void => {
          for (const partition of open)
            for (let lane = 0; lane < LANES; lane++)
              if (claims.emptyAt?.(partition, lane) !== undefined)
                expect(next.get(partition)?.[lane], 'it was empty').to.equal(ends[lane]);
        };
        await source.follow?.(open.map(at), 1);
        for (const { kind, partition, lane, back } of steps) {
          if (kind === 'append') {
            await topic.append([{ key: null, value: bytesOf('x'), partition: lane }]);
            ends[lane] = (ends[lane] ?? 0) + 1;
          } else if (kind === 'next') await take();
          else if (kind === 'follow') {
            open = back === 0 ? [partition] : PARTITIONS;
            await source.follow?.(open.map(at), 1);
          } else if (kind === 'seek' && open.includes(partition)) {
            const offsets = next.get(partition) ?? [];
            offsets[lane] = Math.max(0, (offsets[lane] ?? 0) - back);
            source.seek(at(partition));
          } else if (kind === 'pause') {
            source.pause([partition], lane);
            paused.add(`${partition} ${lane}`);
          } else if (kind === 'resume') {
            source.resume([partition], lane);
            paused.delete(`${partition} ${lane}`);
          }
          expectTrue(source);
        }
        source.resume(PARTITIONS);
        while (await take());
        for (const partition of open) expect(next.get(partition)).to.deep.equal(ends);
        const [range] = await source.ranges();
        expect(range?.inputs?.map(({ end }) => end)).to.deep.equal(ends);
      }),
      { numRuns: 300 },
    );
  });
});
