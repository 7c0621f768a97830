import { expect } from 'chai';
import fc from 'fast-check';
import { withDots } from '../../src/server/user-path.js';
import { nameOf, symbolApi, symbolHref, symbolStream, userApi, userHref, userStream } from './user-href.js';

/** What a browser makes of an address, and what the server makes of that. */
const arrived = (href: string): string => withDots(new URL(href, 'http://localhost').pathname);

describe('the address of a user', () => {
  const users = fc.oneof(
    fc.constantFrom(
      '.',
      '..',
      '...',
      '=.',
      '=..',
      '%2e',
      '%3D.',
      '/',
      '?',
      '#',
      ' ',
      'a/..',
      '..;',
      '\\',
      '~',
      '.a',
      'u1',
    ),
    fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme' }),
    fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom('.', '=', '%', '2', 'e', '/', '3', 'D') }),
  );

  it('is one that browsers do not change, and that leads to this user and no other', () => {
    fc.assert(
      fc.property(users, (user) => {
        fc.pre(user.isWellFormed());
        for (const [href, path] of [
          [userHref(user), '/u/'],
          [userApi(user), '/api/users/'],
          [userStream(user), '/api/stream/users/'],
        ] as const) {
          const { pathname, search, hash } = new URL(href, 'http://localhost');
          expect([search, hash]).to.deep.equal(['', '']);
          expect(pathname.startsWith(path), href).to.equal(true);
          expect(nameOf(pathname.slice(path.length)), 'on the page').to.equal(user);
          expect(decodeURIComponent(arrived(href).slice(path.length)), 'at the server').to.equal(user);
        }
      }),
    );
  });

  it('leads to a symbol too, whatever both are called', () => {
    fc.assert(
      fc.property(users, users, (user, symbol) => {
        fc.pre(user.isWellFormed() && symbol.isWellFormed());
        for (const href of [symbolHref(user, symbol), symbolApi(user, symbol), symbolStream(user, symbol)]) {
          const { pathname } = new URL(href, 'http://localhost');
          expect(nameOf(pathname.split('/').at(-1) ?? ''), 'on the page').to.equal(symbol);
          const [, atServer, symbolAtServer] = /\/([^/]+)\/symbols\/([^/]+)$/.exec(arrived(href)) ?? [];
          expect([atServer, symbolAtServer].map((part) => decodeURIComponent(part ?? ''))).to.deep.equal([
            user,
            symbol,
          ]);
        }
      }),
    );
  });

  it('is invalid without a user', () => {
    expect(nameOf('%E0%A4%A')).to.equal(undefined);
  });
});
