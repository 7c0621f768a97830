import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { parsePlace } from './place.js';

const forms = ['s3://BUCKET/PREFIX'];
const parse = (rest: string): ReturnType<typeof parsePlace> => parsePlace('s3', rest, ['endpoint', 'region'], forms);

describe('parsePlace', () => {
  it('reads who, where and what else', () => {
    expect(parse('//trades/a b/c%20d?endpoint=http%3A%2F%2F127.0.0.1%3A9&region=eu')).to.deep.equal({
      authority: 'trades',
      path: 'a b/c%20d',
      params: { endpoint: 'http://127.0.0.1:9', region: 'eu' },
    });
    expect(parse('//trades?endpoint=http://127.0.0.1:9')).to.deep.include({ authority: 'trades', path: '' });
    expect(parse('//trades/')).to.deep.include({ authority: 'trades', path: '' });
    expect(parse('//a:1,b:2/x')).to.deep.include({ authority: 'a:1,b:2', path: 'x' });
  });

  it('refuses what is no place, what it does not know, and a login, which it does not repeat', () => {
    for (const rest of ['trades/x', '/trades', '///x', '//?region=eu', '//trades?port=1', '//key:secret@trades/x']) {
      let error: unknown;
      try {
        parse(rest);
      } catch (thrown) {
        error = thrown;
      }
      if (!isStockafolioError(error, 'ERR_URL_INVALID')) throw new Error(`'${rest}' was taken`);
      expect(`${error.message} ${error.hint}`).not.to.contain('secret');
    }
  });
});
