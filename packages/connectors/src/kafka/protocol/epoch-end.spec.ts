import { expect } from 'chai';
import { epochEndRequest, EPOCH_END_VERSION } from './epoch-end.js';
import { firstEpochOf, messagesOf } from './record-set.js';
import { writeBatch } from './write-batch.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/[\s|]/g, ''), 'hex');

describe('OffsetForLeaderEpoch, version 3', () => {
  // ReplicaId | Topics: count, name | Partitions: count, then each index, CurrentLeaderEpoch, LeaderEpoch
  const request = hex(`
    ffffffff | 00000001 0006 747261646573 | 00000002
    00000000 ffffffff 00000007
    00000003 ffffffff 00000000
  `);
  // ThrottleTimeMs | Topics: count, name | Partitions: count, then each ErrorCode, index, LeaderEpoch, EndOffset
  const response = hex(`
    00000000 | 00000001 0006 747261646573 | 00000003
    0000 00000000 00000005 000000020000000a
    0000 00000003 ffffffff ffffffffffffffff
    004b 00000001 ffffffff ffffffffffffffff
  `);
  const partitions = [
    { partition: 0, epoch: 7 },
    { partition: 3, epoch: 0 },
  ];

  it('is requested in the bytes of the protocol, as a consumer, from any leader', async () => {
    const { request: asked } = epochEndRequest({ topic: 'trades', partitions });
    expect([asked.apiKey, asked.apiVersion, EPOCH_END_VERSION]).to.deep.equal([23, 3, 3]);
    expect((await asked.encode()).buffer.toString('hex')).to.equal(request.toString('hex'));
  });

  it('is read from the bytes of the protocol, including unknown epochs and errors of single partitions', async () => {
    const { response: answered } = epochEndRequest({ topic: 'trades', partitions });
    expect(await answered.decode(response)).to.deep.equal([
      { partition: 0, error: 0, epoch: 5, end: 2 * 2 ** 32 + 10 },
      { partition: 3, error: 0, epoch: -1, end: -1 },
      { partition: 1, error: 75, epoch: -1, end: -1 },
    ]);
  });
});

describe('the leader epochs of record batches', () => {
  /** Batches of this many messages, each as a leader of this epoch appended it. */
  function taken(batches: readonly (readonly [epoch: number, count: number])[]): Buffer {
    let offset = 0;
    return Buffer.concat(
      batches.map(([epoch, count], sequence) => {
        const messages = Array.from({ length: count }, () => ({ key: null, value: Buffer.from('x'), timestamp: 1 }));
        const batch = Buffer.from(writeBatch(messages, { producerId: 1n, epoch: 0, sequence }));
        batch.writeBigInt64BE(BigInt(offset), 0);
        batch.writeInt32BE(epoch, 12);
        offset += count;
        return batch;
      }),
    );
  }
  const pieces = async (bytes: Buffer, from: number, most: number): Promise<unknown[]> => {
    const all: unknown[] = [];
    for await (const { messages, epoch } of messagesOf({ bytes, from, aborted: [] }, most))
      all.push([epoch, messages.map(({ offset }) => offset)]);
    return all;
  };
  const bytes = taken([
    [2, 3],
    [2, 2],
    [5, 2],
    [-1, 1],
  ]);

  it('come with their messages, and never mix two leaders', async () => {
    expect(await pieces(bytes, 1, 100)).to.deep.equal([
      [2, [1, 2, 3, 4]],
      [5, [5, 6]],
      [undefined, [7]],
    ]);
    expect(await pieces(bytes, 0, 2)).to.deep.equal([
      [2, [0, 1]],
      [2, [2, 3]],
      [2, [4]],
      [5, [5, 6]],
      [undefined, [7]],
    ]);
  });

  it('are given for the first requested message, even in the middle of a batch', () => {
    const at = (from: number): number | undefined => firstEpochOf({ bytes, from, aborted: [] });
    expect([0, 4, 5, 6, 7, 8].map(at)).to.deep.equal([2, 2, 5, 5, undefined, undefined]);
  });
});
