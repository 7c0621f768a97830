import { expect } from 'chai';
import fc from 'fast-check';
import { codeOf } from '@stockafolio/conformance';
import {
  type Infer,
  int64,
  isStockafolioError,
  jsonCodec,
  keyBytes,
  type Partitioner,
  record,
  stream,
  type Stream,
  text,
  timestamp,
} from '@stockafolio/core';
import { choosePartition, type Codec, type SourceMessage } from '@stockafolio/core/ports';
import { MessageIntake, type IntakeOptions } from './intake.js';

const Sale = record('sale', { user: text(), n: int64(), time: timestamp() });
type Sale = Infer<typeof Sale>;
const codec = jsonCodec(Sale);
const byUser = (partitioner: Partitioner): Stream<Sale> =>
  stream('sales', Sale, { key: (s) => s.user, time: (s) => s.time, partitioner });

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 27, 15);

function intakeOf(options: Partial<IntakeOptions<Sale>> = {}): MessageIntake<Sale> {
  return new MessageIntake({ stream: byUser('murmur2'), codec, partition: 0, partitions: 1, ...options });
}

function messageOf(sale: Partial<Sale>, facts: Partial<SourceMessage> = {}): SourceMessage {
  const value = codec.encode({ user: 'ann', n: 1, time: NOW, ...sale });
  return { offset: 7, timestamp: NOW, key: null, value, ...facts };
}

const reasonOf = (intake: MessageIntake<Sale>, message: SourceMessage, now?: number): string => {
  const taken = intake.take(message, now);
  return 'record' in taken ? 'taken' : taken.rejected.message;
};

describe('the check of partitions', () => {
  const partitioners: readonly Partitioner[] = ['murmur2', 'crc32', (key, n) => key.length % n];

  it("accepts exactly the messages that are in their key's partition, with any partitioner that the stream declares", () => {
    const user = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(
        user,
        fc.integer({ min: 1, max: 64 }),
        fc.nat(63),
        fc.constantFrom(...partitioners),
        (name, partitions, at, partitioner) => {
          const partition = at % partitions;
          const sales = byUser(partitioner);
          const own = choosePartition(partitioner, keyBytes(name), partitions);
          const intake = intakeOf({ stream: sales, partition, partitions, onPartitionMismatch: 'dead-letter' });
          const taken = intake.take(messageOf({ user: name }));
          if (own === partition) expect(taken).to.have.property('record');
          else expect(taken).to.have.nested.property('rejected.code', 'ERR_PARTITION_MISMATCH');
        },
      ),
    );
  });

  it('ends the run by default at the first misplaced message, and names the solutions', () => {
    const [here, there] = [0, 1].map((partition) => intakeOf({ partition, partitions: 2 }));
    let failed: unknown;
    for (const intake of [here, there]) {
      try {
        intake?.take(messageOf({ user: 'ann' }));
      } catch (error) {
        failed = error;
      }
    }
    if (!isStockafolioError(failed, 'ERR_PARTITION_MISMATCH')) throw new Error('none of them has failed');
    expect(failed.message).to.contain("'ann'").and.to.contain('offset 7').and.to.contain('of 2 (murmur2)');
    for (const way of ['crc32', "keyedBy: 'nothing'", 'key', 'dead-letter']) expect(failed.hint).to.contain(way);
  });

  it('checks nothing for a stream that is keyed by nothing', () => {
    const loose = stream('sales', Sale, { keyedBy: 'nothing', time: (s) => s.time });
    for (const partition of [0, 1, 2]) {
      expect(reasonOf(intakeOf({ stream: loose, partition, partitions: 3 }), messageOf({}))).to.equal('taken');
    }
  });
});

describe('the check of times', () => {
  it("compares a record with the broker's time if the message has it, whatever the clock says", () => {
    const intake = intakeOf();
    expect(reasonOf(intake, messageOf({ time: NOW + HOUR }), NOW - 9 * HOUR)).to.equal('taken');
    expect(reasonOf(intake, messageOf({ time: NOW + HOUR + 1 }), NOW + 9 * HOUR)).to.contain('ahead');
  });

  it("compares it with the clock of intake if the message has its producer's time, which may also be wrong, or none", () => {
    const intake = intakeOf();
    const fast = { time: NOW + 72 * HOUR };
    for (const facts of [{ byProducer: true, timestamp: fast.time }, { timestamp: 0 }, { timestamp: -1 }]) {
      expect(reasonOf(intake, messageOf(fast, facts), NOW)).to.contain('259200 s ahead');
      expect(reasonOf(intake, messageOf({}, facts), NOW)).to.equal('taken');
    }
  });
});

describe('a message that is not a record', () => {
  it('is rejected with the reason, whatever the codec or a function of the stream throws', () => {
    const thrown: readonly unknown[] = [new TypeError('no'), 'no', undefined, null];
    for (const error of thrown) {
      const broken: Codec<Sale> = {
        ...codec,
        decode: () => {
          throw error;
        },
      };
      expect(intakeOf({ codec: broken }).take(messageOf({}))).to.have.nested.property(
        'rejected.code',
        'ERR_BAD_RECORD',
      );
    }
    const timeless = stream('sales', Sale, { key: (s) => s.user, time: () => Number.NaN });
    expect(reasonOf(intakeOf({ stream: timeless }), messageOf({}))).to.contain('is not a time');
  });

  it('has its origin in the reason, if its producer stated it', () => {
    const message = messageOf({}, { value: new TextEncoder().encode('{}'), headers: { origin: 'trades.csv:17' } });
    expect(reasonOf(intakeOf(), message)).to.contain('(from trades.csv:17)');
  });

  it('is also one that its producer truncated, however valid its beginning looks', () => {
    const message = messageOf({}, { headers: { origin: 'trades.csv:17', 'cut-from': '99' } });
    expect(reasonOf(intakeOf(), messageOf({}))).to.equal('taken');
    expect(reasonOf(intakeOf(), message)).to.contain('of 99 bytes').and.contain('(from trades.csv:17)');
  });

  it('ends the run if the fault is internal', async () => {
    const positional = jsonCodec(Sale, { computed: { user: ({ offset }) => `u${offset}` } });
    const unplaced: Codec<Sale> = { ...positional, decode: (bytes) => positional.decode(bytes) };
    expect(await codeOf(() => intakeOf({ codec: unplaced }).take(messageOf({})))).to.equal('ERR_INTERNAL');
  });
});
