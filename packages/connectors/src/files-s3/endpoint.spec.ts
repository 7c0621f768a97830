import { expectCode } from '@stockafolio/conformance';
import { expect } from 'chai';
import { filesS3 } from './files-s3.js';

const open = (endpoint: string): unknown => filesS3({ bucket: 'trades', endpoint });

describe('the endpoint of S3', () => {
  it('is a URL of HTTP', () => {
    for (const endpoint of [
      'http://127.0.0.1:9000',
      'https://s3.example.org',
      'HTTP://[::1]:9000/',
      'http://a/below',
    ]) {
      expect(() => open(endpoint), endpoint).not.to.throw();
    }
  });

  it('is rejected when the store is created if it is invalid, with what it must begin with', async () => {
    for (const endpoint of [
      '',
      '127.0.0.1:9000',
      'localhost:9000',
      'minio',
      '//minio:9000',
      'ftp://minio',
      'http:minio',
    ]) {
      const error = await expectCode('ERR_URL_INVALID', () => open(endpoint));
      expect(error.message).to.contain(`'${endpoint}' does not begin with http:// or https://`);
      expect(error.hint).to.contain('http://127.0.0.1:9000');
    }
    for (const endpoint of ['http://', 'http://127.0.0.1:99999', 'http://mi nio']) {
      expect((await expectCode('ERR_URL_INVALID', () => open(endpoint))).message).to.contain(
        `'${endpoint}' is not a URL`,
      );
    }
    const { message } = await expectCode('ERR_URL_INVALID', () => open('http://ann:secret@minio:9000'));
    expect(message).not.to.contain('secret');
  });
});
