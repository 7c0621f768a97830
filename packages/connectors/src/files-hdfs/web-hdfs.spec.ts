import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expectCode } from '@stockafolio/conformance';
import { expect } from 'chai';
import { systemClock } from '../clock-system/index.js';
import { Patience } from '../files-remote/patience.js';
import { WebHdfs, type WebHdfsOptions } from './web-hdfs.js';

interface Namenode {
  readonly host: string;
  /** How many requests came. */
  asked: number;
}

const STANDBY = JSON.stringify({ RemoteException: { exception: 'StandbyException', message: '' } });

describe('WebHdfs', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });

  /** A namenode that answers after this many milliseconds, or accepts requests and stays silent. */
  async function namenode(after: number, status = 200, body = '{}'): Promise<Namenode> {
    const server = createServer((_request, response) => {
      here.asked++;
      if (after < Infinity) setTimeout(() => response.writeHead(status).end(body), after);
    });
    servers.push(server);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const here = { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked: 0 };
    return here;
  }

  const open = (namenodes: readonly Namenode[], options: Partial<WebHdfsOptions> = {}): WebHdfs =>
    new WebHdfs({
      namenodes: namenodes.map(({ host }) => host),
      tls: false,
      identity: { user: 'ann' },
      timeout: 2_000,
      passOverAfter: 500,
      patience: new Patience({ clock: systemClock, retryFor: 5_000, firstRetryFor: 100 }),
      ...options,
    });
  const status = { op: 'GETFILESTATUS', method: 'GET', path: '/a', name: 'a' } as const;

  it('soon skips a silent namenode for the next, however long the retry time, and keeps using that one', async () => {
    const [silent, active] = [await namenode(Infinity), await namenode(0)];
    const hdfs = open([silent, active]);
    const began = Date.now();
    await hdfs.call(status);
    expect(Date.now() - began).to.be.below(1_500);
    await hdfs.call(status);
    expect([silent.asked, active.asked]).to.deep.equal([1, 2]);
  });

  it('asks every namenode once before it gives up, and not again if none is there', async () => {
    const all = [await namenode(Infinity), await namenode(Infinity), await namenode(Infinity)];
    await expectCode('ERR_FILES_UNAVAILABLE', () => open(all).call(status));
    expect(all.map(({ asked }) => asked)).to.deep.equal([1, 1, 1]);
  });

  it('gives the full timeout to a slow namenode that is the only one', async () => {
    const slow = await namenode(1_000);
    await open([slow]).call(status);
    expect(slow.asked).to.equal(1);
  });

  it('gives the full timeout to a slow namenode once the others have said that they are not active', async () => {
    const [slow, standby] = [await namenode(1_000), await namenode(0, 403, STANDBY)];
    await open([slow, standby]).call(status);
    expect([slow.asked, standby.asked]).to.deep.equal([2, 1]);
  });
});
