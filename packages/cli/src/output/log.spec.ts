import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { logOptions, openLog } from './log.js';

const written = (options: Parameters<typeof openLog>[0]): string => {
  const out = new PassThrough();
  const log = openLog(options, out);
  log.write('debug', 'fine detail');
  log.write('warn', 'tables do not answer', { attempt: 3 });
  return String(out.read() ?? '');
};

describe('the log', () => {
  it('is lines for people, from the chosen level on', () => {
    expect(written({ format: 'text', level: 'info' })).to.equal('tables do not answer\n');
    expect(written({ format: 'text', level: 'debug' })).to.equal('fine detail\ntables do not answer\n');
    expect(written({ format: 'text', level: 'error' })).to.equal('');
  });

  it('is JSON for machines, with the facts', () => {
    const [line = '', ...more] = written({ format: 'json', level: 'info' }).trim().split('\n');
    expect(more).to.eql([]);
    expect(JSON.parse(line)).to.include({ level: 40, msg: 'tables do not answer', attempt: 3 });
  });

  it('is chosen by the environment', () => {
    expect(logOptions({})).to.eql({ format: 'text', level: 'info' });
    expect(logOptions({ STOCKAFOLIO_LOG: 'json', STOCKAFOLIO_LOG_LEVEL: 'debug' })).to.eql({
      format: 'json',
      level: 'debug',
    });
  });
});
