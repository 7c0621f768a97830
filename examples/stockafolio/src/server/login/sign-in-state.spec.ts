import { expect } from 'chai';
import fc from 'fast-check';
import { beginSignIn, browserSecret, resumeSignIn, SIGN_IN_LASTS } from './sign-in-state.js';

describe('the state of a sign-in', () => {
  const secret = browserSecret();

  it('gives the same secrets and the same way back, within its time, to its browser alone', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.integer({ min: -10, max: 2 * SIGN_IN_LASTS }), (back, now, later) => {
        const secrets = beginSignIn(secret, back, now);
        const resumed = resumeSignIn(secret, secrets.state, now + later);
        expect(resumed).to.deep.equal(later >= 0 && later < SIGN_IN_LASTS ? { secrets, back } : undefined);
        expect(resumeSignIn(browserSecret(), secrets.state, now)).to.equal(undefined);
      }),
    );
  });

  it('is refused if any character of it has changed', () => {
    const { state } = beginSignIn(secret, '/u/ann', 0);
    fc.assert(
      fc.property(fc.nat(state.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        fc.pre(state[at] !== character);
        const changed = state.slice(0, at) + character + state.slice(at + 1);
        expect(resumeSignIn(secret, changed, 0)).to.equal(undefined);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void expect(resumeSignIn(secret, text, 0)).to.equal(undefined)));
  });

  it('has other secrets each time, none of which is part of another', () => {
    const all = Array.from({ length: 20 }, () => beginSignIn(secret, '/', 0)).flatMap((each) => Object.values(each));
    expect(new Set(all).size).to.equal(60);
    const { state, nonce, verifier } = beginSignIn(secret, '/', 0);
    expect(state).not.to.contain(verifier).and.not.to.contain(nonce);
    expect(verifier).to.match(/^[\w-]{43}$/);
  });
});
