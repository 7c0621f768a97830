import { expect } from 'chai';
import fc from 'fast-check';
import type { Viewer } from './login.js';
import type { Grant, Provider } from './provider.js';
import { Sessions } from './sessions.js';

const TIMES = { check: 100, idle: 1_000, longest: 5_000 };
const ANN: Viewer = { id: 'issuer ann', user: 'ann', firm: false };

/** A provider that answers as it is told, at once or when it is told, and time that stands still. */
class Stage {
  now = 0;
  answer: 'grants' | 'refuses' | 'is silent' = 'grants';
  viewer: Viewer = ANN;
  asked: string[] = [];
  revoked: string[] = [];
  log: string[] = [];
  held: (() => void)[] | undefined;
  readonly sessions: Sessions;
  #issued = 0;

  constructor() {
    const provider: Pick<Provider, 'refresh' | 'revoke'> = {
      refresh: async (token) => {
        this.asked.push(token);
        if (this.held !== undefined) await new Promise<void>((resolve) => this.held?.push(resolve));
        if (this.answer === 'is silent') throw new Error('silence');
        return this.answer === 'grants' ? this.grant() : undefined;
      },
      revoke: async (token) => void this.revoked.push(token),
    };
    this.sessions = new Sessions({
      provider: { ...provider, startAt: nobody, finish: nobody, signOutAt: () => undefined },
      ...{ times: TIMES, elapsed: () => this.now, log: (line: string) => void this.log.push(line) },
    });
  }

  grant(lasts = 300): Grant {
    return { viewer: this.viewer, lasts, refreshToken: `r${++this.#issued}` };
  }
}

function nobody(): never {
  throw new Error('not asked in these tests');
}

describe('sessions', () => {
  it('show nothing later than two checks after the last word of the provider, whatever happens', async () => {
    const step = fc.record({
      after: fc.integer({ min: 0, max: 150 }),
      answer: fc.constantFrom('grants' as const, 'refuses' as const, 'is silent' as const),
      does: fc.constantFrom('request', 'sweep', 'nothing'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), async (steps, held) => {
        const stage = new Stage();
        const cookie = stage.sessions.begin(stage.grant());
        if (held) stage.sessions.hold(cookie);
        let granted = 0;
        let refused = false;
        for (const { after, answer, does } of steps) {
          stage.now += after;
          stage.answer = answer;
          const before = stage.asked.length;
          if (does === 'sweep') stage.sessions.sweep();
          const viewer = does === 'request' ? await stage.sessions.viewerOf(cookie) : undefined;
          await new Promise(setImmediate);
          if (stage.asked.length > before) {
            if (answer === 'grants') granted = stage.now;
            if (answer === 'refuses') refused = true;
          }
          if (viewer !== undefined && stage.asked.length === before) expect(refused).to.equal(false);
          if (viewer?.expires === Infinity) expect(stage.now - granted).to.be.below(2 * TIMES.check);
        }
      }),
    );
  });

  it('ask the provider once for any number of requests at the same time', async () => {
    const stage = new Stage();
    const cookie = stage.sessions.begin(stage.grant());
    stage.now = 250;
    stage.held = [];
    const all = Promise.all(Array.from({ length: 50 }, () => stage.sessions.viewerOf(cookie)));
    await new Promise(setImmediate);
    expect(stage.asked).to.deep.equal(['r1']);
    stage.held.forEach((go) => go());
    expect((await all).map((viewer) => viewer?.user)).to.deep.equal(Array.from({ length: 50 }, () => 'ann'));
  });

  it('outlive a silence that is shorter, asking again now and then', async () => {
    const stage = new Stage();
    const cookie = stage.sessions.begin(stage.grant());
    stage.answer = 'is silent';
    for (const now of [110, 130, 150, 190]) {
      stage.now = now;
      expect(await stage.sessions.viewerOf(cookie), String(now)).not.to.equal(undefined);
      await new Promise(setImmediate);
    }
    stage.answer = 'grants';
    stage.now = 199;
    await stage.sessions.viewerOf(cookie);
    await new Promise(setImmediate);
    stage.now = 290;
    expect(await stage.sessions.viewerOf(cookie)).to.include({ user: 'ann' });
    expect(new Set(stage.asked)).to.deep.equal(new Set(['r1']));
  });

  it('end what was open under other rights, once the provider tells of new ones', async () => {
    const stage = new Stage();
    const cookie = stage.sessions.begin(stage.grant());
    const before = await stage.sessions.viewerOf(cookie);
    stage.viewer = { ...ANN, firm: true };
    stage.now = 250;
    expect(await stage.sessions.viewerOf(cookie)).to.include({ firm: true, expires: Infinity });
    expect(before).to.include({ firm: false, expires: 0 });
  });

  it('end if the provider grants them to somebody else', async () => {
    const stage = new Stage();
    const cookie = stage.sessions.begin(stage.grant());
    stage.viewer = { ...ANN, id: 'issuer bob', user: 'bob' };
    stage.now = 250;
    expect(await stage.sessions.viewerOf(cookie)).to.equal(undefined);
    expect(stage.log.join()).to.contain('somebody else');
  });

  it('revoke at their end what the provider has granted, also while it is being asked', async () => {
    const stage = new Stage();
    const [one, other] = [stage.sessions.begin(stage.grant()), stage.sessions.begin(stage.grant())];
    stage.sessions.end(one);
    expect(stage.revoked).to.deep.equal(['r1']);
    stage.now = 150;
    stage.held = [];
    await stage.sessions.viewerOf(other);
    stage.sessions.end(other);
    stage.held.forEach((go) => go());
    await new Promise(setImmediate);
    expect(stage.revoked).to.deep.equal(['r1', 'r3']);
    expect(await stage.sessions.viewerOf(other)).to.equal(undefined);
  });

  it('are bounded for each viewer: the one that was not used for the longest time ends', async () => {
    const stage = new Stage();
    const cookies: string[] = [];
    for (let n = 0; n < 50; n++) {
      stage.now = n / 10;
      cookies.push(stage.sessions.begin(stage.grant()));
    }
    const [first = '', second = ''] = cookies;
    stage.now = 6;
    await stage.sessions.viewerOf(first);
    stage.sessions.begin(stage.grant());
    expect(stage.sessions.size).to.equal(50);
    expect(await stage.sessions.viewerOf(first)).not.to.equal(undefined);
    expect(await stage.sessions.viewerOf(second)).to.equal(undefined);
  });
});
