import { availableParallelism } from 'node:os';
import { expect } from 'chai';
import { workerRuntime } from './worker-runtime.js';

describe('the runtime of workers', () => {
  const { execArgv, env } = process;

  beforeEach(() => {
    process.execArgv = ['--enable-source-maps'];
    process.env = { PATH: env['PATH'] };
  });

  afterEach(() => {
    process.execArgv = execArgv;
    process.env = env;
  });

  it('is that of this process, with a larger young generation and huge pages', () => {
    const { execArgv, env } = workerRuntime(availableParallelism() - 1);
    expect(execArgv).to.deep.equal(['--enable-source-maps', '--max-semi-space-size=64']);
    expect(env['GLIBC_TUNABLES']).to.equal('glibc.malloc.hugetlb=1');
  });

  it('collects garbage on one thread where workers keep all processors busy', () => {
    expect(workerRuntime(availableParallelism()).execArgv).to.include('--single-threaded-gc');
  });

  it('leaves the settings of the user alone', () => {
    process.env['GLIBC_TUNABLES'] = 'glibc.malloc.arena_max=1';
    expect(workerRuntime(1).env['GLIBC_TUNABLES']).to.equal('glibc.malloc.arena_max=1');
    process.env['NODE_OPTIONS'] = '--max-semi-space-size=8';
    expect(workerRuntime(1).execArgv.join(' ')).not.to.include('semi');
    delete process.env['NODE_OPTIONS'];
    process.execArgv = ['--max_semi_space_size=8'];
    expect(workerRuntime(1).execArgv.join(' ')).not.to.include('--max-semi-space-size');
  });
});
