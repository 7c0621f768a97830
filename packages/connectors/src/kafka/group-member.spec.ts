import type { GroupTarget } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { FakeCoordinator, stillClock } from '../../test/kafka/fake-coordinator.js';
import { GroupMember, type Assignment } from './group-member.js';
import { TopicCheck } from './topic-check.js';

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
    return new GroupMember(options, connection, new TopicCheck('trades'), 'portfolio', target);
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

  it('shares partitions with others of its target, and stores the binding with the offsets', async () => {
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

  it('is refused before it joins if the group is bound to another target, at every start', async () => {
    const first = member(live);
    await commit(first, await first.join());
    for (let start = 0; start < 2; start++) {
      const told = await outcome(member(staging).join());
      expect(told).to.match(/^ERR_GROUP_TAKEN: group 'portfolio' is bound to .*tables t1.*; this is .*tables t2/);
    }
    expect(coordinator.joins).to.equal(1);
    expect(await outcome(member(live).join())).to.equal('0,1,2,3');
  });

  it('that ends by itself stores no binding, and keeps that of the others', async () => {
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

  it('is refused by the leader if two start at once, and the leader has all partitions', async () => {
    coordinator.expected = 2;
    const [first, second] = await Promise.all([outcome(member(live).join()), outcome(member(staging).join())]);
    expect(first).to.equal('0,1,2,3');
    expect(second).to.match(/^ERR_GROUP_TAKEN/);
  });

  it('is refused even as the leader, and the members of the bound target have all partitions', async () => {
    const first = member(live);
    await commit(first, await first.join());
    coordinator.expected = 2;
    const taking = outcome(member({ ...staging, takeGroup: true }).join());
    expect(await outcome(first.join())).to.equal('0,1,2,3');
    expect(await taking).to.match(/^ERR_GROUP_TAKEN/);
  });

  it('takes over an unused group, after which the previous members are refused', async () => {
    const first = member(live);
    await commit(first, await first.join());
    const second = member({ ...staging, takeGroup: true });
    const given = await second.join();
    expect(given.partitions).to.deep.equal([0, 1, 2, 3]);
    // Some of the partitions are enough: the others still carry the previous binding.
    await commit(second, { ...given, partitions: [2] });
    expect(await outcome(member(live).join())).to.match(/^ERR_GROUP_TAKEN/);
    expect(await outcome(member(staging).join())).to.equal('0,1,2,3');
  });

  it('of an older version is given the rest, and ignores the data of the others', async () => {
    coordinator.expected = 2;
    const [old, next] = await Promise.all([outcome(member().join()), outcome(member(live).join())]);
    expect([old, next]).to.deep.equal(['', '0,1,2,3']);
  });

  it('is refused if another program has the group, naming its client', async () => {
    coordinator.foreign = 'RoundRobinAssigner';
    expect(await outcome(member(live).join())).to.equal(
      "ERR_GROUP_TAKEN: group 'portfolio' is used by client 'their-app' at 10.0.0.9",
    );
  });

  it('commits as before without a target, and is not bound', async () => {
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
