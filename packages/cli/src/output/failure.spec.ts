import { StockafolioError } from '@stockafolio/core';
import { expect } from 'chai';
import { reportFailure, type Telling } from './failure.js';

/** What is printed for an error, and the exit code. */
function told(error: unknown, telling: Partial<Telling>): { readonly code: number; readonly text: string } {
  const write = process.stderr.write;
  let text = '';
  process.stderr.write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  try {
    return { code: reportFailure(error, { json: false, verbose: false, ...telling }), text };
  } finally {
    process.stderr.write = write;
  }
}

describe('a failure', () => {
  const driver = new Error('connect ECONNREFUSED 127.0.0.1:9092');
  const away = new StockafolioError('ERR_SOURCE_UNAVAILABLE', 'topic t: away', { cause: driver, hint: 'start it' });

  it('is printed with its code, what to do and the cause, without a stack', () => {
    const { code, text } = told(away, {});
    expect(code).to.equal(3);
    expect(text).to.equal(
      'stockafolio: topic t: away (ERR_SOURCE_UNAVAILABLE)\n  start it\n  because: connect ECONNREFUSED 127.0.0.1:9092\n',
    );
  });

  it('of a driver that puts a stack into its message is printed without it', () => {
    const all = new Error(
      'All host(s) tried failed. Error: connect ECONNREFUSED\n    at TCP.after (net.js:1)\n    at b',
    );
    const { text } = told(new StockafolioError('ERR_TABLES_UNAVAILABLE', 'Cassandra', { cause: all }), {});
    expect(text).to.contain('because: All host(s) tried failed. Error: connect ECONNREFUSED\n').and.not.contain(' at ');
  });

  it('of our own is also printed without a stack, and says how to get one', () => {
    const { code, text } = told(new TypeError('x is undefined'), {});
    expect(code).to.equal(1);
    expect(text).to.equal('stockafolio: x is undefined (ERR_INTERNAL)\n  use --verbose for the stack\n');
  });

  it('is printed with all stacks on request', () => {
    const { text } = told(away, { verbose: true });
    expect(text.match(/^ {4}at /gm)?.length).to.be.greaterThan(2);
    expect(text).to.contain('Error: connect ECONNREFUSED');
    expect(told(new TypeError('x'), { verbose: true }).text).to.contain('TypeError: x\n    at ');
  });
});
