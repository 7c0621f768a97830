import type { GroupTarget } from '@stockafolio/core/ports';
import { expect } from 'chai';
import fc from 'fast-check';
import { admit, describeTarget, goesOnWith, isSameTarget, withShortIds, type Candidate } from './group-target.js';

const portfolio = (tables: string, checkpoints: string): GroupTarget => ({
  role: "pipeline 'portfolio'",
  ids: { tables, checkpoints },
});
const taking = (target: GroupTarget): GroupTarget => ({ ...target, takeGroup: true });

const live = portfolio('t1', 'c1');
const staging = portfolio('t2', 'c2');
const named = (member: string, target: GroupTarget | undefined): Candidate => ({ member, target });

describe('the target of a group', () => {
  it('is the same for processes of one deployment, and differs with other tables or checkpoints', () => {
    expect(isSameTarget(live, portfolio('t1', 'c1'))).to.equal(true);
    expect(isSameTarget(live, portfolio('t2', 'c1'))).to.equal(false);
    expect(isSameTarget(live, portfolio('t1', 'c2'))).to.equal(false);
    expect(isSameTarget(live, { ...live, role: "pipeline 'other'" })).to.equal(false);
    expect(isSameTarget(live, { role: live.role, ids: {} })).to.equal(false);
    expect(isSameTarget({ role: live.role, ids: {} }, { role: live.role, ids: {} })).to.equal(true);
  });

  it('matches if tables were rebuilt or checkpoints moved, but not if both differ', () => {
    expect(goesOnWith(live, portfolio('t2', 'c1'))).to.equal(true);
    expect(goesOnWith(live, portfolio('t1', 'c2'))).to.equal(true);
    expect(goesOnWith(live, staging)).to.equal(false);
    expect(goesOnWith(live, { ...live, role: "pipeline 'other'" })).to.equal(false);
  });

  it('has ids that fit into the limit of a broker, and differ as the long ones do', () => {
    const long = (end: string): GroupTarget => withShortIds(portfolio('x'.repeat(4_000) + end, 'c1'));
    expect(Buffer.byteLength(describeTarget(long('a')))).to.be.lessThan(500);
    expect(isSameTarget(long('a'), long('a'))).to.equal(true);
    expect(isSameTarget(long('a'), long('b'))).to.equal(false);
    expect(withShortIds(live)).to.deep.equal(live);
  });
});

describe('the admission of members to a group', () => {
  const who = (candidates: readonly Candidate[], bound?: GroupTarget, leader = 'a'): readonly string[] =>
    admit(candidates, bound && { target: bound, at: 1 }, leader).admitted;

  it('refuses a newcomer with another target, whichever member leads', () => {
    for (const leader of ['a', 'b']) {
      const { admitted, owner } = admit([named('a', live), named('b', staging)], { target: live, at: 1 }, leader);
      expect(admitted).to.deep.equal(['a']);
      expect(owner).to.deep.equal(live);
    }
  });

  it('refuses other targets even while no member of the bound target runs', () => {
    expect(who([named('a', staging), named('b', staging)], live)).to.deep.equal([]);
  });

  it('admits a member that takes the group over, but not from running members', () => {
    expect(who([named('a', taking(staging)), named('b', taking(staging))], live)).to.deep.equal(['a', 'b']);
    expect(who([named('a', taking(staging)), named('b', live)], live)).to.deep.equal(['b']);
  });

  it('gives an unbound group to the member that was there first', () => {
    expect(who([named('a', live), named('b', staging)], undefined, 'b')).to.deep.equal(['b']);
    expect(who([named('a', live), named('b', staging)], undefined, 'a')).to.deep.equal(['a']);
  });

  it('does not admit two with the same checkpoints but other tables together', () => {
    const other = portfolio('t2', 'c1');
    for (const leader of ['a', 'b'])
      expect(who([named('a', live), named('b', other)], live, leader)).to.deep.equal(['a']);
    const third = portfolio('t3', 'c1');
    expect(who([named('a', third), named('b', other)], live, 'b')).to.deep.equal(['b']);
    expect(who([named('a', third), named('b', other)], live, 'a')).to.deep.equal(['a']);
  });

  it('admits members of an older version only if no member names a target', () => {
    expect(who([named('a', undefined), named('b', undefined)])).to.deep.equal(['a', 'b']);
    expect(who([named('a', undefined), named('b', live)], undefined, 'b')).to.deep.equal(['b']);
    expect(who([named('a', undefined), named('b', staging)], live, 'b')).to.deep.equal(['a']);
  });

  it('never admits two targets at a time, and always all members of the one, in any group', () => {
    const target = fc.option(
      fc.record({
        tables: fc.constantFrom('t1', 't2'),
        checkpoints: fc.constantFrom('c1', 'c2'),
        take: fc.boolean(),
      }),
      { nil: undefined },
    );
    const candidates = fc.array(target, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(candidates, target, fc.nat(), (targets, bound, lead) => {
        const all = targets.map((each, n) =>
          named(String(n), each && { ...portfolio(each.tables, each.checkpoints), takeGroup: each.take }),
        );
        const before = bound && portfolio(bound.tables, bound.checkpoints);
        const admitted = new Set(who(all, before, String(lead % all.length)));
        const given = all.filter(({ member }) => admitted.has(member));
        const kinds = new Set(given.map(({ target: each }) => JSON.stringify(each?.ids)));
        expect(kinds.size).to.be.at.most(1);
        // Either all members of one deployment are admitted, or none.
        for (const { member, target: each } of all) {
          if (given.some((other) => JSON.stringify(other.target?.ids) === JSON.stringify(each?.ids)))
            expect(admitted.has(member)).to.equal(true);
        }
        const names = all.flatMap(({ target: each }) => each ?? []);
        const mayGoOn = names.filter((each) => before === undefined || goesOnWith(before, each));
        const isOpen = names.length === 0 || mayGoOn.length > 0 || names.some(({ takeGroup }) => takeGroup === true);
        // Partitions stay unassigned only if nobody may have them.
        const olderOnes = all.some(({ target: each }) => each === undefined);
        expect(given.length > 0).to.equal(isOpen || olderOnes);
        // Members that run for the bound target are never displaced by others.
        if (mayGoOn.length > 0 && before !== undefined)
          for (const { target: each } of given) expect(each !== undefined && goesOnWith(before, each)).to.equal(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
