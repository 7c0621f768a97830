import type { WirePipeline } from '@stockafolio/example/api';
import { expect } from 'chai';
import { attentionOf } from './attention.js';

const partition = {
  ...{ partition: '0', runner: 'a', offset: 10, behind: 0, watermark: null, lagSeconds: 0, keys: 1 },
  ...{ checkpointed: null, checkpointBytes: null, unsavedSeconds: 2 },
};
const runner = {
  ...{ name: 'a', why: null, version: null, node: null, started: null, partitions: 1, memory: null, processors: null },
};
const well: WirePipeline = {
  ...{ now: '2026-01-05T15:00:00.000Z', pipeline: 'p', hasRunners: true, isReadable: true, nodes: [], edges: [] },
  ...{ runners: [runner], partitions: [partition] },
  rates: { messages: 1, rows: 1, commits: 1, commitSeconds: null, endToEndSeconds: null },
  counts: {
    ...{ checkpointsStored: 5, checkpointsFailed: 0, checkpointsSkipped: 0, retries: 0, wentBack: 0, deadLetters: 0 },
  },
};
const first = (health: Partial<WirePipeline>, letters = 0): string | undefined =>
  attentionOf({ ...well, ...health }, letters)[0]?.what;

describe('what needs attention', () => {
  it('is nothing while all is well, and nothing that is not known', () => {
    expect(attentionOf(well, 0)).to.deep.equal([]);
    const unknown = { ...partition, behind: null, unsavedSeconds: null };
    expect(attentionOf({ ...well, partitions: [unknown] }, undefined)).to.deep.equal([]);
    const none = { ...well.counts, retries: null, wentBack: null, checkpointsFailed: null };
    expect(attentionOf({ ...well, counts: none, hasRunners: false, runners: [] }, undefined)).to.deep.equal([]);
  });

  it('is what does not answer, is behind, is not saved, was retried, or was rejected', () => {
    expect(first({ isReadable: false })).to.contain('tables cannot be read');
    expect(first({ runners: [{ ...runner, why: 'refused' }] })).to.contain('a does not answer: refused');
    expect(first({ partitions: [{ ...partition, runner: null }] })).to.contain('partition 0');
    expect(first({ partitions: [{ ...partition, behind: 20_000 }] })).to.match(/20.000 messages behind/);
    expect(first({ partitions: [{ ...partition, unsavedSeconds: 90 }] })).to.contain('1 min 30 s');
    expect(first({ counts: { ...well.counts, retries: 3 } })).to.contain('3 attempts');
    expect(first({}, 2)).to.contain('2 dead letters');
  });
});
