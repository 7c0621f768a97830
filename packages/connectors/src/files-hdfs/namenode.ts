import { StockafolioError } from '@stockafolio/core';

/**
 * Checks that a namenode is given as `HOST:HTTPPORT`, with an IPv6 address in brackets.
 *
 * @throws ERR_URL_INVALID
 */
export function checkNamenode(namenode: string): void {
  const [, host, port] = /^([^\s:/?#@\\]+|\[[^\]]+\]):(\d+)$/.exec(namenode) ?? [];
  // A host may be written in any script: URL knows what is valid.
  if (host !== undefined && Number(port) >= 1 && URL.canParse(`http://${namenode}`)) return;
  // Not repeated if it may hold a login.
  const shown = namenode.includes('@') ? 'the given address' : `'${namenode}'`;
  const fault = namenode.includes('@')
    ? 'it must not contain a login'
    : port === undefined && !/:/.test(namenode)
      ? 'its HTTP port is missing'
      : 'it is not HOST:HTTPPORT, with a port from 1 to 65535';
  throw new StockafolioError('ERR_URL_INVALID', `${shown} is not a namenode of HDFS: ${fault}`, {
    hint: 'write hdfs://NAMENODE:HTTPPORT/PATH; the HTTP port is 9870 by default',
  });
}
