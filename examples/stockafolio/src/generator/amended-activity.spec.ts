import { expect } from 'chai';
import type { StreamEvent } from '../account-stream.js';
import { wireForm } from '../wire-forms.js';
import { AccountActivity } from './account-activity.js';
import { AmendedActivity } from './amended-activity.js';

const options = { trades: 4000, users: 50, seed: 7, start: Date.UTC(2026, 0, 5, 14, 30), rate: 10, events: 0.2 };
const isAmendment = ({ kind }: StreamEvent): boolean => kind === 'bust' || kind === 'correct';

describe('the amended activity of accounts', () => {
  const records = new AmendedActivity({ ...options, amendments: 0.1 }).next(5000);

  it('is the activity of accounts, and amendments between', () => {
    const events = records.filter((each) => !isAmendment(each));
    expect(events).to.deep.equal(new AccountActivity(options).next(events.length));
    expect(records).to.have.length(4000);
    expect(records.filter(isAmendment).length / records.length).to.be.within(0.08, 0.12);
    expect(records.every(({ time }, n) => time >= (records[n - 1]?.time ?? 0))).to.equal(true);
    expect(new Set(records.map(({ id }) => id)).size).to.equal(records.length);
  });

  it('is valid; amendments are of the same user, some of other amendments, a few of nothing', () => {
    for (const each of records) expect(wireForm.decode(wireForm.encode(each))).to.deep.include(each);
    const byId = new Map(records.map((each) => [each.id, each]));
    const targets = records.filter(isAmendment).map((each) => ({ each, target: byId.get(each.amends ?? '') }));
    for (const { each, target } of targets) expect(target?.user ?? each.user).to.equal(each.user);
    const count = (is: (target: StreamEvent | undefined) => boolean): number =>
      targets.filter(({ target }) => is(target)).length;
    expect(count((target) => target === undefined)).to.be.within(5, 40);
    expect(count((target) => target !== undefined && isAmendment(target))).to.be.greaterThan(20);
  });

  it('has a part of amendments less than 1', () => {
    expect(() => new AmendedActivity({ ...options, amendments: 1 })).to.throw(/amendments cannot be 1/);
  });
});
