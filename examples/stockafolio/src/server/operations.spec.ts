import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Tables } from '@stockafolio/core/ports';
import { expect } from 'chai';
import { traded, tradeOf, useServer } from '../../test/traded.js';

describe('the operations endpoints of the server', () => {
  const serve = useServer();

  it('report alive all the time, and ready while the tables can be read', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    let broken = false;
    const live: Tables = {
      ...tables,
      scan: (table, prefix, options) => {
        if (broken) throw new Error('disk /dev/secret is gone');
        return tables.scan(table, prefix, options);
      },
    };
    const { server } = await serve({ live });
    expect((await server.inject('/ready')).json()).to.deep.equal({ ready: true });
    broken = true;
    await new Promise((resolve) => setTimeout(resolve, 50));
    const failing = await server.inject('/ready');
    expect(failing.statusCode).to.equal(503);
    expect(failing.json()).to.deep.equal({ ready: false, why: 'the tables cannot be read' });
    expect((await server.inject('/health')).json()).to.deep.equal({ alive: true });
    expect((await server.inject('/metrics')).body).to.contain('stockafolio_tables_readable 0');
    broken = false;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await server.inject('/ready')).statusCode).to.equal(200);
  });

  it('count answers by route, never by the text of an address', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    for (let n = 0; n < 3; n++) await server.inject(`/api/users/somebody-${n}`);
    await server.inject('/nowhere-at-all');
    await server.inject('/api/users/ann');
    const { body, headers } = await server.inject('/metrics');
    expect(headers['content-type']).to.contain('text/plain').and.contain('version=0.0.4');
    expect(body).to.contain('stockafolio_http_answers_total{route="/api/users/:user",method="GET",status="404"} 3');
    expect(body).to.contain('stockafolio_http_answers_total{route="/api/users/:user",method="GET",status="200"} 1');
    expect(body).to.contain('stockafolio_http_answers_total{route="none",method="GET",status="404"} 1');
    expect(body).to.contain('stockafolio_http_seconds_count{route="/api/users/:user"} 4');
    expect(body).to.contain('process_cpu_seconds_total').and.contain('stockafolio_tables_readable 1');
    expect(body).to.not.match(/somebody|nowhere/);
  });

  it('show how many streams are open, and of how many topics', async () => {
    const { tables } = await traded([tradeOf({ id: '1' })]);
    const { server } = await serve({ live: tables });
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.server.address() as AddressInfo;
    const sockets = [1, 2, 3].map(() => {
      const socket = connect(port, '127.0.0.1');
      socket.write('GET /api/stream/firm HTTP/1.1\r\nhost: localhost\r\n\r\n');
      return socket;
    });
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('data', resolve))));
    const { body } = await server.inject('/metrics');
    expect(body)
      .to.match(/^stockafolio_streams 3$/m)
      .and.match(/^stockafolio_stream_topics 1$/m);
    for (const socket of sockets) socket.destroy();
  });
});
