import { expect } from 'chai';
import fc from 'fast-check';
import { landingOf, pagePath } from './landing.js';

const HERE = 'https://portfolios.example.org';

describe('the page after a sign-in', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
    fc
      .array(
        fc.constantFrom('/', '\\', '.', '..', '%2e', '%2f', '%5c', '\t', '\n', '@', ':', '?', '#', 'u', 'evil.example'),
      )
      .map((parts) => parts.join('')),
  );

  it('is one of this server, whatever was asked for', () => {
    fc.assert(
      fc.property(hostile, fc.boolean(), fc.string({ minLength: 1 }), (wanted, firm, user) => {
        const landing = landingOf({ user, firm }, wanted);
        const { origin, pathname } = new URL(landing, HERE);
        expect(origin).to.equal(HERE);
        expect(landing).to.match(/^\/(?![/\\])[\x21-\x7e]*$/);
        if (!firm) expect(pathname.split('/')[1]).to.equal('u');
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never that of another user', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (user, other) => {
        fc.pre(user !== other && user.isWellFormed() && other.isWellFormed());
        const landing = landingOf({ user, firm: false }, `/u/${encodeURIComponent(other)}`);
        const [, , name = ''] = landing.split('/');
        expect(/^=\.\.?$/.test(name) ? name.slice(1) : decodeURIComponent(name)).to.equal(user);
      }),
    );
  });

  it('keeps the query of a page, and nothing else than pages', () => {
    expect(pagePath('/u/ann/symbols/IBM?span=year')).to.equal('/u/ann/symbols/IBM?span=year');
    expect(pagePath('/?day=2026-01-05')).to.equal('/?day=2026-01-05');
    for (const no of ['/auth/sign-in', '/api/firm', '/docs', '/sign-in', '/assets/x.js', `/u/${'x'.repeat(2_000)}`]) {
      expect(pagePath(no), no).to.equal(undefined);
    }
  });
});
