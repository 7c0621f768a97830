import { isStockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { cassandraOptions } from './cassandra-url.js';

function refused(rest: string, env: NodeJS.ProcessEnv = {}): string {
  try {
    cassandraOptions(rest, env);
  } catch (error) {
    if (isStockafolioError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'not refused';
}

describe('the URL of tables in Cassandra', () => {
  it('gives nodes, keyspace, data centre, consistency and replication', () => {
    expect(cassandraOptions('//a:1,b/shop?dc=east&consistency=local_one&replication=3', {})).to.eql({
      contactPoints: ['a:1', 'b:9042'],
      keyspace: 'shop',
      localDataCenter: 'east',
      consistency: 'LOCAL_ONE',
      replication: 3,
    });
  });

  it('never contains the login, which comes from the environment', () => {
    const env = { STOCKAFOLIO_CASSANDRA_USERNAME: 'ann', STOCKAFOLIO_CASSANDRA_PASSWORD: 'hush' };
    expect(cassandraOptions('//a:1/shop', env).login).to.eql({ username: 'ann', password: 'hush' });
    expect(refused('//a:1/shop', { STOCKAFOLIO_CASSANDRA_USERNAME: 'ann' })).to.match(
      /^ERR_USAGE.*PASSWORD is not set/,
    );
  });

  it('is used with TLS if the environment says so', () => {
    expect(cassandraOptions('//a:1/shop', { STOCKAFOLIO_CASSANDRA_TLS: '1' }).tls).to.eql({ rejectUnauthorized: true });
    expect(cassandraOptions('//a:1/shop', {}).tls).to.equal(undefined);
  });

  it('is rejected with what is wrong', () => {
    for (const [rest, words] of [
      ['//a:1', 'hosts, ports and a keyspace'],
      ['//a:x/shop', 'hosts, ports and a keyspace'],
      ['//a:1/shop?data=x', "nothing is called 'data'"],
      ['//a:1/shop?consistency=most', "'MOST' is none of"],
      ['//a:1/shop?replication=0', 'replication'],
    ] as const) {
      expect(refused(rest))
        .to.match(/^ERR_URL_INVALID/)
        .and.to.contain(words);
    }
  });
});
