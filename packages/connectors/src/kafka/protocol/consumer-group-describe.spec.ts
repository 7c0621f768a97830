import { expect } from 'chai';
import { consumerGroupDescribeRequest } from './consumer-group-describe.js';

/** As the classes of Kafka 4.3.1 write them, in version 0. */
const REQUEST = '020a706f7274666f6c696f0000';
const RESPONSE =
  '00000000020000000a706f7274666f6c696f07537461626c65000000030000000308756e69666f726d02175843' +
  '56684a766d71545643555a4e4b7a6c3950326b5100000000000311636f6e736f6c652d636f6e73756d65720b2f' +
  '3132372e302e302e31020774726164657300020000000000000001000000000000000207747261646573030000' +
  '0002000000030000010000800000000000';

describe('a group of the protocol of KIP-848', () => {
  const { request, response } = consumerGroupDescribeRequest('portfolio');

  it('is requested as Kafka itself does, after a header without tags', async () => {
    const { buffer } = await request.encode();
    expect(buffer.toString('hex')).to.equal(`00${REQUEST}`);
  });

  it('lists its members, whatever they are assigned', async () => {
    const group = await response.decode(Buffer.from(`00${RESPONSE}`, 'hex'));
    expect(group).to.deep.equal({ error: 0, members: [{ clientId: 'console-consumer', host: '/127.0.0.1' }] });
  });
});
