import { expect } from 'chai';
import type { AssignmentListener, Clock, GroupTarget, Source, Tables } from '@stockafolio/core/ports';
import { memoryArchive, memoryFiles, memoryTables, virtualClock } from '@stockafolio/testing';
import { forward } from '../test/forward.js';
import { StreamUnderTest } from '../test/stream-under-test.js';
import { codec, messages, sales, type Sale } from '../test/totals.js';
import { archiveTarget } from './group-target.js';
import { runArchive } from './run-archive.js';

/** A source that records the target of the group. */
function noting(reader: Source, noted: (GroupTarget | undefined)[]): Source {
  return {
    ...forward(reader),
    open: (group: string, listener: AssignmentListener, target?: GroupTarget) => {
      noted.push(target);
      return reader.open(group, listener);
    },
  };
}

describe('what a group is bound to', () => {
  let at: StreamUnderTest;
  let noted: (GroupTarget | undefined)[];

  beforeEach(async () => {
    at = new StreamUnderTest();
    noted = [];
    await at.topic.append(messages(40));
  });

  /** A store that other processes can open, because its location is known. */
  const placed = (location: string): ReturnType<typeof memoryFiles> => Object.assign(memoryFiles(), { location });
  const targetOf = async (tables: Tables, checkpoints = placed('mem:a')): Promise<GroupTarget | undefined> => {
    await at.catchUp({ source: noting(at.topic.source(), noted), tables, checkpoints });
    return noted.at(-1);
  };

  it('for a stream is its pipeline, its tables and its checkpoints, the same at every start', async () => {
    const tables = memoryTables();
    const checkpoints = placed('mem:a');
    const first = await targetOf(tables, checkpoints);
    expect(first?.role).to.equal("pipeline 'totals'");
    expect(Object.keys(first?.ids ?? {})).to.deep.equal(['tables', 'checkpoints']);
    await at.clock.advance(10_000);
    expect(await targetOf(tables, checkpoints)).to.deep.equal(first);
  });

  it('for a stream differs with the tables, even if their store has no ids for them', async () => {
    const first = await targetOf(memoryTables());
    await at.clock.advance(1);
    const second = await targetOf(memoryTables());
    expect(second?.ids['tables']).to.not.equal(first?.ids['tables']);
  });

  it('for a stream has the id that the store of the tables has for them', async () => {
    const withIds: Tables = Object.assign(memoryTables(), { identity: async () => 'f00' });
    expect((await targetOf(withIds))?.ids).to.include({ tables: 'f00' });
  });

  it('for an archiver is the archive', async () => {
    const archive = Object.assign(memoryArchive<Sale>(), { identity: async () => 'a1' });
    const source = noting(at.topic.source(), noted);
    await at.clock.until(
      runArchive({ stream: sales, codec, source, archive, clock: at.clock, untilCaughtUp: true, takeGroup: true }),
    );
    expect(noted).to.deep.equal([
      { role: "archive of 'sales'", ids: { archive: 'a1' }, takeGroup: true, endsByItself: true },
    ]);
  });

  it('has no id if no other process can open it', async () => {
    const clock: Clock = virtualClock();
    expect(await archiveTarget('sales', memoryArchive(), clock)).to.deep.equal({ role: "archive of 'sales'", ids: {} });
    expect((await targetOf(memoryTables(), memoryFiles()))?.ids).to.deep.equal({});
  });
});
