import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStockafolioError, type StockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { kafkaAccess } from './kafka-access.js';
import { kafkaPlace } from './kafka-url.js';

function failure(work: () => unknown): StockafolioError {
  try {
    work();
  } catch (error) {
    if (isStockafolioError(error)) return error;
    throw error;
  }
  return expect.fail('nothing was thrown');
}

describe('kafka://', () => {
  it('names brokers and a topic', () => {
    expect(kafkaPlace('kafka://a:9092,b.example.org:1/trades-2')).to.deep.include({
      brokers: ['a:9092', 'b.example.org:1'],
      topic: 'trades-2',
    });
  });

  it('gives the compression of written messages', () => {
    expect(kafkaPlace('kafka://a:9092/t?compression=lz4&session=2000')).to.include({
      compression: 'lz4',
      sessionTimeout: 2_000,
    });
    expect(failure(() => kafkaPlace('kafka://a:9092/t?compression=rar')).message).to.contain(
      'none, gzip, snappy, lz4, zstd',
    );
  });

  it('is rejected if something is missing, wrong, or secret', () => {
    for (const url of [
      ...['kafka://a:9092', 'kafka://a:9092/', 'kafka:///t', 'kafka://a/t', 'kafka://a:0/t', 'kafka://a:70000/t'],
      ...['kafka://a:9092/t/u', 'kafka://a:9092/t?x=1', 'kafka://a:9092,/t', 'kafka:a:9092/t', 'kafka://a:9092/..'],
    ])
      expect(
        failure(() => kafkaPlace(url)),
        url,
      ).to.have.property('code', 'ERR_URL_INVALID');
    const error = failure(() => kafkaPlace('kafka://ann:sesame@a:9092/t'));
    expect(error.code).to.equal('ERR_URL_INVALID');
    expect(error.message + String(error.hint)).to.not.contain('sesame');
  });
});

describe('the login for Kafka', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'stockafolio-test-'));
    await writeFile(join(dir, 'password'), 'open sesame\n');
    await writeFile(join(dir, 'ca.pem'), 'an authority\n');
  });
  after(() => rm(dir, { recursive: true }));

  const access = (set: Readonly<Record<string, string>>): ReturnType<typeof kafkaAccess> =>
    kafkaAccess(Object.fromEntries(Object.entries(set).map(([name, value]) => [`STOCKAFOLIO_KAFKA_${name}`, value])));

  it('is none if nothing is set', () => {
    expect(access({})).to.deep.equal({});
    expect(access({ TLS: '0' })).to.deep.equal({});
  });

  it('comes from the environment, the password from a file if one is named', () => {
    expect(access({ TLS: '1', USERNAME: 'ann', PASSWORD: 'open sesame' })).to.deep.equal({
      ssl: true,
      sasl: { mechanism: 'plain', username: 'ann', password: 'open sesame' },
    });
    expect(
      access({
        ...{ SASL_MECHANISM: 'SCRAM-SHA-512', USERNAME: 'ann', PASSWORD_FILE: join(dir, 'password') },
        CA_FILE: join(dir, 'ca.pem'),
      }),
    ).to.deep.equal({
      ssl: { ca: 'an authority' },
      sasl: { mechanism: 'scram-sha-512', username: 'ann', password: 'open sesame' },
    });
  });

  it('names the variable that is wrong, and no secret', () => {
    const wrong: readonly (readonly [Record<string, string>, string])[] = [
      [{ USERNAME: 'ann' }, 'PASSWORD'],
      [{ SASL_MECHANISM: 'gssapi', USERNAME: 'ann', PASSWORD: 'open sesame' }, 'SASL_MECHANISM'],
      [{ USERNAME: 'ann', PASSWORD_FILE: join(dir, 'none') }, 'PASSWORD_FILE'],
      [{ CA_FILE: join(dir, 'none') }, 'CA_FILE'],
    ];
    for (const [set, name] of wrong) {
      const error = failure(() => access(set));
      expect(error.code).to.equal('ERR_USAGE');
      expect(error.message).to.contain(`STOCKAFOLIO_KAFKA_${name}`);
      expect(error.message + String(error.hint)).to.not.contain('sesame');
    }
  });
});
