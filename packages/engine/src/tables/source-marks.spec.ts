import { expect } from 'chai';
import { sale } from '@stockafolio/conformance';
import { memoryTables } from '@stockafolio/testing';
import { feed, mixed, newEngine } from '../../test/engines.js';
import { readMarks } from './source-marks.js';
import { progress, sourceMarks } from './system-tables.js';

const mark = { epoch: 3, checksum: 4_000_000_000 };

describe('the mark of a position', () => {
  it('belongs to the message before it: after one more record it is unknown', () => {
    const engine = newEngine(mixed);
    feed(engine, [sale({ time: 5 }), sale({ time: 9 })]);
    expect(engine.position).to.not.have.property('mark');
    expect(engine.marks()).to.have.length(0);
    engine.inputs.at(0).mark = mark;
    expect(engine.position.mark).to.deep.equal(mark);
    engine.passOver(7);
    expect(engine.position).to.not.have.property('mark');
  });

  it('is stored in a checkpoint, and unknown for one that has none', () => {
    const engine = newEngine(mixed);
    engine.resume({ offset: 7, version: 9, latest: null, mark });
    expect(engine.position).to.deep.equal({ offset: 7, version: 9, latest: null, mark });
    engine.resume({ offset: 7, version: 9, latest: null });
    expect(engine.position).to.deep.equal({ offset: 7, version: 9, latest: null });
  });

  it('is read back from the tables, each part if it is known', async () => {
    const tables = memoryTables();
    await tables.create([sourceMarks]);
    for (const [n, known] of [mark, { epoch: 0 }, { checksum: 0 }].entries()) {
      const engine = newEngine(mixed);
      engine.resume({ offset: 7 + n, version: 9 + n, latest: null, mark: known });
      await tables.write(engine.marks());
      expect([...(await readMarks(tables, 'mixed')).values()]).to.deep.equal([
        { partition: 0, offset: 7 + n, mark: known },
      ]);
    }
    expect([...(await readMarks(tables, 'other'))]).to.deep.equal([]);
  });

  it('is unknown for tables of an earlier version', async () => {
    const tables = memoryTables();
    await tables.create([progress]);
    expect([...(await readMarks(tables, 'mixed'))]).to.deep.equal([]);
  });
});
