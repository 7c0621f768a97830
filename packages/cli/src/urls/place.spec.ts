import { isStockafolioError, type StockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { parsePlace, yesOrNo } from './place.js';

const forms = ['s3://BUCKET/PREFIX'];
const parse = (rest: string): ReturnType<typeof parsePlace> =>
  parsePlace('s3', rest, { endpoint: 'URL', region: 'NAME' }, forms);

function refusal(work: () => unknown): StockafolioError {
  try {
    work();
  } catch (error) {
    if (isStockafolioError(error, 'ERR_URL_INVALID')) return error;
    throw error;
  }
  return expect.fail('it was accepted');
}

describe('parsePlace', () => {
  it('parses authority, path and parameters', () => {
    expect(parse('//trades/a b/c%20d?endpoint=http%3A%2F%2F127.0.0.1%3A9&region=eu')).to.deep.equal({
      authority: 'trades',
      path: 'a b/c%20d',
      params: { endpoint: 'http://127.0.0.1:9', region: 'eu' },
    });
    expect(parse('//trades?endpoint=http://127.0.0.1:9')).to.deep.include({ authority: 'trades', path: '' });
    expect(parse('//trades/')).to.deep.include({ authority: 'trades', path: '' });
    expect(parse('//a:1,b:2/x')).to.deep.include({ authority: 'a:1,b:2', path: 'x' });
  });

  it('accepts true and false, and no other value, no empty value and no repetition', () => {
    const tls = (query: string): boolean =>
      yesOrNo('hdfs', parsePlace('hdfs', `//a:1/x${query}`, { user: 'NAME', tls: 'true' }, ['hdfs://A:1']), 'tls');
    expect(['?tls=true', '?tls=false', '', '?user=ann'].map(tls)).to.deep.equal([true, false, false, false]);
    for (const query of ['1', '0', 'yes', 'TRUE', 'True', 'on', ' true', '', 'true&tls=false'].map(
      (is) => `?tls=${is}`,
    )) {
      const error = refusal(() => tls(query));
      expect(`${error.message} ${error.hint}`, query).to.match(/hdfs .*tls/);
    }
    expect(refusal(() => tls('?tls=yes')).hint).to.contain('tls=true or tls=false');
    expect(refusal(() => tls('?tls')).hint).to.contain('tls=true');
  });

  it('rejects an invalid URL, unknown parameters, and a login, which it does not repeat', () => {
    for (const rest of [
      'trades/x',
      '/trades',
      '///x',
      '//?region=eu',
      '//trades?port=1',
      '//trades?region=',
      '//key:secret@trades/x',
    ]) {
      const error = refusal(() => parse(rest));
      expect(`${error.message} ${error.hint}`).not.to.contain('secret');
    }
  });
});
