import { expectCode } from '@stockafolio/conformance';
import { expect } from 'chai';
import { filesHdfs } from './files-hdfs.js';

const open = (namenode: string): unknown => filesHdfs({ namenodes: ['nn1:9870', namenode], path: '/a' });

describe('a namenode', () => {
  it('is a host and its HTTP port', () => {
    for (const namenode of ['nn2:9870', 'nn_2.example.org:80', '127.0.0.1:1', '[::1]:65535', 'nämenode:9870']) {
      expect(() => open(namenode), namenode).not.to.throw();
    }
  });

  it('is rejected when the store is created, not at its first use, if it is invalid', async () => {
    for (const namenode of [
      ...[
        '',
        'nn2',
        'nn2:',
        ':9870',
        'nn2:0',
        'nn2:99999',
        'nn2:http',
        'na me:9870',
        'na\tme:9870',
        '::1:9870',
        '[x]:1',
      ],
      ...['http://nn2:9870', 'nn2:9870/a', 'nn2#x:9870', 'nn2?x:9870', 'n%20n:9870', '1.2.3.999:9870'],
    ]) {
      const error = await expectCode('ERR_URL_INVALID', () => open(namenode));
      expect(error.message).to.contain(`'${namenode}'`);
      expect(error.hint).to.contain('HTTPPORT');
    }
    const { message } = await expectCode('ERR_URL_INVALID', () => open('ann:secret@nn2:9870'));
    expect(message).not.to.contain('secret');
  });
});
