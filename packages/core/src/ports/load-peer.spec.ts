import { expect } from 'chai';
import { isStockafolioError } from '../errors/index.js';
import { loadPeer, requirePeer, type Peer } from './load-peer.js';

const PEER: Peer = { neededBy: 'tables of stone', packages: ['chisel@2', '@quarry/granite@0.3'] };

const failure = (code: string, message: string): Error => Object.assign(new Error(message), { code });

async function errorOf(cause: unknown): Promise<Record<string, unknown>> {
  try {
    await loadPeer(PEER, () => Promise.reject(cause as Error));
  } catch (error) {
    if (isStockafolioError(error, 'ERR_PEER_MISSING')) {
      return { message: error.message, hint: error.hint, cause: error.cause, retryable: error.retryable };
    }
  }
  throw new Error('there was no ERR_PEER_MISSING');
}

describe('an optional peer', () => {
  it('that is installed is what its import returns', async () => {
    expect(await loadPeer(PEER, () => Promise.resolve('chisel'))).to.equal('chisel');
    expect(requirePeer(PEER, () => 'chisel')).to.equal('chisel');
  });

  for (const [way, cause] of [
    ['imported', failure('ERR_MODULE_NOT_FOUND', "Cannot find package '@quarry/granite' imported from /app/node.js")],
    ['required', failure('MODULE_NOT_FOUND', "Cannot find module '@quarry/granite'\nRequire stack:\n- /app/node.js")],
  ] as const) {
    it(`that is not installed, ${way}, is named with everything that its connector needs`, async () => {
      expect(await errorOf(cause)).to.deep.equal({
        message: 'tables of stone need the package @quarry/granite',
        hint: 'npm install chisel@2 @quarry/granite@0.3',
        cause,
        retryable: false,
      });
    });
  }

  it('that cannot be loaded is not called missing', async () => {
    for (const cause of [
      failure('ERR_DLOPEN_FAILED', 'invalid ELF header'),
      failure('ERR_MODULE_NOT_FOUND', "Cannot find package 'hammer' imported from /app/node_modules/chisel/index.js"),
      failure('EACCES', "Cannot find module 'chisel'"),
      'no error at all',
    ]) {
      const { message, hint } = await errorOf(cause);
      expect(message).to.equal('tables of stone need chisel, @quarry/granite, which cannot be loaded here');
      expect(hint).to.match(/platform and version of Node: npm install chisel@2 @quarry\/granite@0.3$/);
    }
  });

  it('reports the same synchronously if it is required', () => {
    const cause = failure('MODULE_NOT_FOUND', "Cannot find module 'chisel'");
    expect(() =>
      requirePeer(PEER, () => {
        throw cause;
      }),
    ).to.throw('tables of stone need the package chisel');
  });
});
