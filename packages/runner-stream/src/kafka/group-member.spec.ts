import type { GroupTarget } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { FakeCoordinator, stillClock } from '../../test/fake-coordinator.js';
import { GroupMember, type Assignment } from './group-member.js';
import { TopicLaw } from './topic-law.js';

const live: GroupTarget = { role: "pipeline 'p'", ids: { tables: 't1', checkpoints: 'c1' } };
const staging: GroupTarget = { role: "pipeline 'p'", ids: { tables: 't2', checkpoints: 'c2' } };

describe('a member of a group', () => {
  let coordinator: FakeCoordinator;

  beforeEach(() => {
    coordinator = new FakeCoordinator();
  });

  function member(target?: GroupTarget): GroupMember {
    const client = coordinator.client();
    const connection = { run: work(client), once: work(client) };
    const options = { brokers: ['127.0.0.1:1'], topic: 'trades', clock: stillClock };
    return new GroupMember(options, connection, new TopicLaw('trades'), 'portfolio', target);
  }
  const outcome = (joined: Promise<Assignment>): Promise<string> =>
    joined.then(
      ({ partitions }) => partitions.join(),
      ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
    );
  const commit = async (from: GroupMember, { partitions, generation }: Assignment): Promise<void> =>
    from.commit(
      partitions.map((partition) => ({ partition, offset: 5 })),
      generation,
    );

  it('shares out with others of its target, and leaves the binding beside the offsets', async () => {
    coordinator.expected = 2;
    const members = [member(live), member(live)];
    const given = await Promise.all(members.map((each) => each.join()));
    expect(given.map(({ partitions }) => partitions)).to.deep.equal([
      [0, 2],
      [1, 3],
    ]);
    for (const [n, each] of members.entries()) if (given[n] !== undefined) await commit(each, given[n]);
    expect([...coordinator.kept.keys()].sort()).to.deep.equal([0, 1, 2, 3]);
    for (const text of coordinator.kept.values())
      expect(JSON.parse(text)).to.deep.equal({ at: 1_000, target: { role: live.role, ids: live.ids } });
  });

  it('is refused before it joins where the group is bound to another target, at every start', async () => {
    const first = member(live);
    await commit(first, await first.join());
    for (let start = 0; start < 2; start++) {
      const told = await outcome(member(staging).join());
      expect(told).to.match(/^ERR_GROUP_TAKEN: group 'portfolio' is bound to .*tables t1.*; this is .*tables t2/);
    }
    expect(coordinator.joins).to.equal(1);
    expect(await outcome(member(live).join())).to.equal('0,1,2,3');
  });

  it('that ends by itself leaves no word, and keeps that of those who go on', async () => {
    const once = { endsByItself: true };
    const first = member({ ...staging, ...once });
    await commit(first, await first.join());
    expect(new Set(coordinator.kept.values())).to.deep.equal(new Set(['']));
    await first.leave();
    const second = member(live);
    await commit(second, await second.join());
    await second.leave();
    expect(await outcome(member({ ...staging, ...once }).join())).to.match(/^ERR_GROUP_TAKEN/);
    const third = member({ ...live, ...once });
    await commit(third, await third.join());
    await third.leave();
    expect(await outcome(member(staging).join())).to.match(/^ERR_GROUP_TAKEN/);
  });

  it('is refused by the leader where two begin at once, and the leader has all', async () => {
    coordinator.expected = 2;
    const [first, second] = await Promise.all([outcome(member(live).join()), outcome(member(staging).join())]);
    expect(first).to.equal('0,1,2,3');
    expect(second).to.match(/^ERR_GROUP_TAKEN/);
  });

  it('is refused as the leader, too, and those of the target that the group is bound to have all', async () => {
    const first = member(live);
    await commit(first, await first.join());
    coordinator.expected = 2;
    const taking = outcome(member({ ...staging, takeGroup: true }).join());
    expect(await outcome(first.join())).to.equal('0,1,2,3');
    expect(await taking).to.match(/^ERR_GROUP_TAKEN/);
  });

  it('takes a group that nobody runs for any more, after which those of before are refused', async () => {
    const first = member(live);
    await commit(first, await first.join());
    const second = member({ ...staging, takeGroup: true });
    const given = await second.join();
    expect(given.partitions).to.deep.equal([0, 1, 2, 3]);
    // A part of the partitions is enough: the others still bear the binding of before.
    await commit(second, { ...given, partitions: [2] });
    expect(await outcome(member(live).join())).to.match(/^ERR_GROUP_TAKEN/);
    expect(await outcome(member(staging).join())).to.equal('0,1,2,3');
  });

  it('of an older version is given what is left, and takes no harm from what the others say', async () => {
    coordinator.expected = 2;
    const [old, next] = await Promise.all([outcome(member().join()), outcome(member(live).join())]);
    expect([old, next]).to.deep.equal(['', '0,1,2,3']);
  });

  it('is refused where another program has the group, naming its client', async () => {
    coordinator.foreign = 'RoundRobinAssigner';
    expect(await outcome(member(live).join())).to.equal(
      "ERR_GROUP_TAKEN: group 'portfolio' is used by client 'their-app' at 10.0.0.9",
    );
  });

  it('commits as before without a target, and is bound by nothing', async () => {
    const any = member();
    await commit(any, await any.join());
    expect(new Set(coordinator.kept.values())).to.deep.equal(new Set(['']));
    expect(await outcome(member(live).join())).to.equal('0,1,2,3');
  });
});

type Client = ReturnType<FakeCoordinator['client']>;

function work(client: Client): <T>(of: (client: Client) => Promise<T>) => Promise<T> {
  return (of) => of(client);
}
