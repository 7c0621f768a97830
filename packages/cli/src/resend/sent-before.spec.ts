import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logProducer, logSource } from '@stockafolio/connectors/log-local';
import { partitionOf } from '@stockafolio/core';
import type { OutgoingMessage } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { SentBefore } from './sent-before.js';

const PARTITIONS = 3;

describe('the messages that were sent before', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sent-before-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const messageOf = (text: string, key: string): OutgoingMessage => ({
    key: Buffer.from(key),
    value: Buffer.from(text),
  });
  const placeOf = ({ key }: OutgoingMessage): number => partitionOf(key ?? Buffer.alloc(0), PARTITIONS);
  const textOf = ({ value }: OutgoingMessage): string => Buffer.from(value ?? []).toString();

  it('are, in each partition, those of an earlier run that ended anywhere, whatever others wrote in between', async () => {
    // Few texts, so that a run repeats messages, and others send the same ones.
    const mine = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('k1', 'k2', 'k3', 'k4')), {
      maxLength: 30,
    });
    const reached = fc.array(fc.nat(30), { minLength: PARTITIONS, maxLength: PARTITIONS });
    const others = fc.array(fc.tuple(fc.nat(30), fc.constantFrom('x', 'y')), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(mine, reached, others, fc.integer({ min: 1, max: 7 }), async (texts, ends, between, size) => {
        await rm(dir, { recursive: true });
        const messages = texts.map(([text, key]) => messageOf(text, key));
        const counts = Array.from({ length: PARTITIONS }, () => 0);
        const isThere = messages.map((message) => {
          const partition = placeOf(message);
          return (counts[partition] = (counts[partition] ?? 0) + 1) <= (ends[partition] ?? 0);
        });
        const producer = await logProducer(dir, { partitions: PARTITIONS });
        for (const [n, message] of messages.entries()) {
          for (const [at, text] of between) if (at === n) await producer.append([messageOf(text, 'k1')]);
          if (isThere[n] === true) await producer.append([message]);
        }
        const sent = await SentBefore.open(logSource(dir), 'murmur2', 0);
        const unsent: string[] = [];
        for (let at = 0; at < messages.length; at += size) {
          const some = await sent.unsent(messages.slice(at, at + size));
          // Messages that this run appends must not count as sent before.
          if (some.length > 0) await producer.append(some);
          unsent.push(...some.map(textOf));
        }
        await sent.close();
        await producer.close();
        expect(unsent).to.deep.equal(messages.filter((_, n) => isThere[n] !== true).map(textOf));
        expect(sent.found).to.equal(isThere.filter((each) => each).length);
      }),
      { numRuns: 150 },
    );
  });

  it('are found where another run has sent some of them alone, or in another order', async () => {
    const texts = fc.uniqueArray(fc.tuple(fc.nat(40), fc.constantFrom('k1', 'k2', 'k3')), {
      selector: ([text]) => text,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.infiniteStream(fc.boolean()),
        fc.infiniteStream(fc.nat()),
        async (all, chosen, rank) => {
          await rm(dir, { recursive: true });
          const messages = all.map(([text, key]) => messageOf(String(text), key));
          const isThere = messages.map(() => chosen.next().value);
          const there = messages.filter((_, n) => isThere[n]).map((message) => ({ message, rank: rank.next().value }));
          const producer = await logProducer(dir, { partitions: PARTITIONS });
          for (const { message } of there.sort((a, b) => a.rank - b.rank)) await producer.append([message]);
          const sent = await SentBefore.open(logSource(dir), 'murmur2', 0);
          const unsent = await sent.unsent(messages);
          await sent.close();
          await producer.close();
          expect(unsent.map(textOf)).to.deep.equal(messages.filter((_, n) => isThere[n] !== true).map(textOf));
          expect(sent.found).to.equal(there.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are none in an empty source', async () => {
    const producer = await logProducer(dir, { partitions: PARTITIONS });
    const sent = await SentBefore.open(logSource(dir), 'murmur2', 0);
    const messages = [messageOf('a', 'k1')];
    expect(await sent.unsent(messages)).to.equal(messages);
    await sent.close();
    await producer.close();
  });

  it('are found in a partition that is far behind the others, while those are read in portions', async () => {
    const producer = await logProducer(dir, { partitions: PARTITIONS });
    const early = Array.from({ length: 60_000 }, (_, n) => messageOf(String(n), 'k1'));
    const other = ['k2', 'k3', 'k4'].find((key) => placeOf(messageOf('', key)) !== placeOf(messageOf('', 'k1'))) ?? '';
    const late = messageOf('late', other);
    await producer.append([...early, late]);
    const sent = await SentBefore.open(logSource(dir), 'murmur2', 0);
    expect(await sent.unsent([late, ...early, messageOf('new', 'k1')])).to.have.length(1);
    expect(sent.found).to.equal(60_001);
    await sent.close();
    await producer.close();
  });
});
