import { expect } from 'chai';
import fc from 'fast-check';
import { claimAt, hasRole, textClaim } from './claims.js';

describe('claims', () => {
  it('are found at any path of names without a conflict, also where names have dots', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => text !== '__proto__');
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), fc.string(), (names, value) => {
        const claims = names.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as object;
        expect(claimAt({ ...claims }, names.join('.'))).to.equal(value);
      }),
    );
  });

  it('are those that common providers have', () => {
    const keycloak = {
      realm_access: { roles: ['offline_access', 'operator'] },
      resource_access: { 'my.app': { roles: ['viewer'] }, account: { roles: ['manage-account'] } },
    };
    expect(hasRole(keycloak, 'realm_access.roles', 'operator')).to.equal(true);
    expect(hasRole(keycloak, 'resource_access.my.app.roles', 'viewer')).to.equal(true);
    expect(hasRole(keycloak, 'resource_access.account.roles', 'viewer')).to.equal(false);
    expect(hasRole({ 'https://example.org/roles': ['firm'] }, 'https://example.org/roles', 'firm')).to.equal(true);
    expect(hasRole({ 'cognito:groups': ['firm'] }, 'cognito:groups', 'firm')).to.equal(true);
    expect(hasRole({ role: 'firm' }, 'role', 'firm')).to.equal(true);
  });

  it('of another form give nothing', () => {
    for (const roles of ['not firm', 'firmware', ['Firm'], [['firm']], { firm: true }, 1, null, true]) {
      expect(hasRole({ roles }, 'roles', 'firm'), JSON.stringify(roles)).to.equal(false);
    }
    for (const path of ['constructor', '__proto__', 'toString.name', 'roles.length', 'roles.0', '', '.', 'roles.']) {
      expect(claimAt({ roles: ['firm'] }, path), path).to.equal(undefined);
    }
    expect(textClaim({ sub: '' }, 'sub')).to.equal(undefined);
    expect(textClaim({ sub: 'a\ud800' }, 'sub')).to.equal(undefined);
    expect(textClaim({ account: 5 }, 'account')).to.equal(undefined);
  });
});
