import type { ErrorCode } from '@stockafolio/core';
import driver from 'cassandra-driver';
import { expect } from 'chai';
import { cassandraError } from './cassandra-error.js';

/** Every error of the native protocol (version 5, section 8): either retried, or refused with a code and a hint. */
const law: readonly (readonly [number, string, 'retried' | ErrorCode])[] = [
  [0x0000, 'java.lang.NullPointerException', 'retried'],
  [0x000a, 'Invalid or unsupported protocol version (5)', 'ERR_TABLES_REFUSED'],
  [0x0100, 'Provided username ann and/or password are incorrect', 'ERR_ACCESS_DENIED'],
  // Passwords are stored in tables, whose replicas may be down.
  [0x0100, 'Unable to perform authentication: Cannot achieve consistency level LOCAL_ONE', 'retried'],
  [0x1000, 'Not enough replicas available for query at consistency LOCAL_QUORUM', 'retried'],
  [0x1001, 'Request breached limit on bytes in flight', 'retried'],
  [0x1002, 'Cannot read from a bootstrapping node', 'retried'],
  [0x1003, 'Error during truncate', 'retried'],
  [0x1100, 'Server timeout during write query at consistency LOCAL_QUORUM', 'retried'],
  [0x1200, 'Server timeout during read query at consistency LOCAL_QUORUM', 'retried'],
  [0x1300, 'Server failure during read query', 'retried'],
  [0x1400, "execution of 'f' failed", 'ERR_TABLES_REFUSED'],
  [0x1500, 'Server failure during write query', 'retried'],
  [0x1600, 'Rejecting mutation to keyspace k. Free up space in cdc_raw by processing CDC logs.', 'retried'],
  [0x1700, 'CAS operation result is unknown', 'retried'],
  [0x2000, "line 1:0 no viable alternative at input 'SELEKT'", 'ERR_TABLES_REFUSED'],
  [0x2100, 'User ann has no MODIFY permission on <table k.positions> or any of its parents', 'ERR_ACCESS_DENIED'],
  [0x2100, 'Unable to perform authorization of permissions: Operation timed out', 'retried'],
  [0x2200, 'Key length of 70000 is longer than maximum of 65535', 'ERR_TABLES_REFUSED'],
  [0x2200, 'unconfigured table positions', 'ERR_TABLE_UNKNOWN'],
  [0x2200, 'table k.positions does not exist', 'ERR_TABLE_UNKNOWN'],
  [0x2200, 'Keyspace k does not exist', 'ERR_TABLE_UNKNOWN'],
  [0x2200, 'keyspace k does not exist', 'ERR_TABLE_UNKNOWN'],
  [0x2200, 'Undefined column name quantity in table k.positions', 'ERR_TABLE_DIFFERS'],
  [0x2200, 'Batch too large', 'ERR_TABLES_REFUSED'],
  [0x2200, 'Guardrail tables violated: Cannot have more than 200 tables', 'ERR_TABLES_REFUSED'],
  [0x2300, 'Unrecognized strategy option {east} passed to NetworkTopologyStrategy', 'ERR_TABLES_REFUSED'],
  [0x2400, 'Cannot add already existing table "positions"', 'retried'],
  [0x2500, 'Prepared query with ID 00 not found', 'retried'],
];

describe('an error from Cassandra', () => {
  for (const [number, words, verdict] of law) {
    it(`0x${number.toString(16).padStart(4, '0')} ${words} is ${verdict}, with what to do`, () => {
      const answered = new driver.errors.ResponseError(number, words);
      const down = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      for (const thrown of [answered, new driver.errors.NoHostAvailableError({ a: down, b: answered })]) {
        const error = cassandraError(thrown, 'Cassandra at a:9042');
        expect(error.code).to.equal(verdict === 'retried' ? 'ERR_TABLES_UNAVAILABLE' : verdict);
        expect(error.retryable).to.equal(verdict === 'retried');
        expect(error.domain).to.not.equal('internal');
        expect(error.hint).to.be.a('string').with.length.above(20);
        expect(error.message).to.equal(`Cassandra at a:9042: ${words}`);
      }
    });
  }

  it('is in the table, for all errors that the driver knows', () => {
    const known: unknown[] = Object.values(driver.types.responseErrorCodes);
    const inLaw = new Set<unknown>(law.map(([number]) => number));
    // The last one is the driver's own.
    expect(known.filter((number) => !inLaw.has(number))).to.deep.equal([0x8000]);
  });

  it('of a later protocol is retried', () => {
    expect(cassandraError(new driver.errors.ResponseError(0x4711, 'news'), 'x').retryable).to.equal(true);
  });
});

describe('an error of the driver', () => {
  const codeOf = (error: Error): ErrorCode => cassandraError(error, 'x').code;

  it('is ERR_USAGE for bad arguments, a refusal for a login, and is otherwise retried', () => {
    const { ArgumentError, AuthenticationError, BusyConnectionError, NoHostAvailableError, OperationTimedOutError } =
      driver.errors;
    expect(codeOf(new ArgumentError('no such data center'))).to.equal('ERR_USAGE');
    expect(codeOf(new AuthenticationError('Provided username and/or password are incorrect'))).to.equal(
      'ERR_ACCESS_DENIED',
    );
    for (const error of [
      new AuthenticationError('Unable to perform authentication: Operation timed out'),
      new BusyConnectionError('a', 1, 1),
      new NoHostAvailableError({}),
      new OperationTimedOutError('The host a did not reply'),
    ])
      expect(codeOf(error), error.message).to.equal('ERR_TABLES_UNAVAILABLE');
  });
});
