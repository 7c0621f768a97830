import { StockafolioError } from '@stockafolio/core';

/**
 * Holds what names a namenode to `HOST:HTTPPORT`, with an address of IPv6 in brackets.
 *
 * @throws ERR_URL_INVALID
 */
export function checkNamenode(namenode: string): void {
  const [, host, port] = /^([^\s:/?#@\\]+|\[[^\]]+\]):(\d+)$/.exec(namenode) ?? [];
  // A host may be written in any script: what is one, URL knows.
  if (host !== undefined && Number(port) >= 1 && URL.canParse(`http://${namenode}`)) return;
  // Not repeated where it may hold a login.
  const shown = namenode.includes('@') ? 'what is given' : `'${namenode}'`;
  const fault = namenode.includes('@')
    ? 'a login has no place in it'
    : port === undefined && !/:/.test(namenode)
      ? 'its HTTP port is missing'
      : 'it is not HOST:HTTPPORT, with a port from 1 to 65535';
  throw new StockafolioError('ERR_URL_INVALID', `${shown} is no namenode of HDFS: ${fault}`, {
    hint: 'write hdfs://NAMENODE:HTTPPORT/PATH; the HTTP port is 9870 unless set otherwise',
  });
}
