import { expect } from 'chai';
import { cassandraOptions } from './cassandra-url.js';
import { kafkaAccess } from './kafka-access.js';

describe('TLS by the environment', () => {
  const kafka = (said: string): unknown => kafkaAccess({ STOCKAFOLIO_KAFKA_TLS: said }).ssl;
  const cassandra = (said: string): unknown => cassandraOptions('//a:1/shop', { STOCKAFOLIO_CASSANDRA_TLS: said }).tls;

  it('is switched on or off by its words, and any other word is an error', () => {
    for (const on of ['1', 'true']) {
      expect(kafka(on)).to.equal(true);
      expect(cassandra(on)).to.eql({ rejectUnauthorized: true });
    }
    for (const off of ['', '0', 'false']) expect([kafka(off), cassandra(off)]).to.eql([undefined, undefined]);
    for (const other of ['yes', 'True', '2']) {
      expect(() => kafka(other)).to.throw(`STOCKAFOLIO_KAFKA_TLS: '${other}' is neither on nor off`);
      expect(() => cassandra(other)).to.throw(`STOCKAFOLIO_CASSANDRA_TLS: '${other}' is neither on nor off`);
    }
  });
});
