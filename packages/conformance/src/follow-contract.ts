import type { OutgoingMessage, Producer, Source, SourceMessage } from '@stockafolio/core/ports';
import { expect } from 'chai';

/** What the contract of a source that can follow another one works with. */
interface Following {
  readonly source: Source;
  readonly producer: Producer;
  /** Longest time in ms until a new message arrives. */
  readonly patience: number;
  /** Reads until it has this many messages, by partition. */
  read(source: Source, count: number): Promise<ReadonlyMap<number, readonly SourceMessage[]>>;
  /** Numbered messages of partition 0. */
  numbered(count: number, from?: number): OutgoingMessage[];
}

/** The part of the contract of `Source` that is about reading without a group. */
export function followContract(given: () => Following): void {
  it('is read without a group from the positions that it is told, and tells when a partition is read to its end', async function () {
    const { source, producer, patience, read, numbered } = given();
    if (source.follow === undefined || source.emptyAt === undefined) return this.skip();
    await producer.append(numbered(5));
    await source.follow([{ partition: 0, offset: 2 }], 7);
    const offsets = async (count: number): Promise<number[]> =>
      ((await read(source, count)).get(0) ?? []).map(({ offset }) => offset);
    expect(source.emptyAt(0), 'unread').to.equal(undefined);
    expect(await offsets(3)).to.eql([2, 3, 4]);
    const emptySince = async (): Promise<number> => {
      for (const end = Date.now() + patience; Date.now() < end;) {
        await source.next(10);
        const at = source.emptyAt?.(0);
        if (at !== undefined) return at;
      }
      return expect.fail('it was not said to be empty');
    };
    const first = await emptySince();
    expect(await source.next(10)).to.equal(undefined);
    await producer.append(numbered(1, 5));
    expect(await offsets(1)).to.eql([5]);
    expect(await emptySince()).to.be.at.least(first);
    // A partition that is not followed gives nothing, and nothing is known of it.
    await producer.append([{ key: null, value: Uint8Array.of(1), partition: 1 }]);
    expect(await source.next(50)).to.equal(undefined);
    expect(source.emptyAt(1)).to.equal(undefined);
    await source.follow([{ partition: 1, offset: 0 }], 8);
    expect([...((await read(source, 1)).get(1) ?? [])].map(({ value }) => [...(value ?? [])])).to.eql([[1]]);
  });
}
