import { consistencies, type CassandraOptions, type Consistency } from '@stockafolio/connectors/cassandra';
import { StockafolioError } from '@stockafolio/core';
import { secret } from './secret.js';
import { switchedOn } from './switched-on.js';

/** The URL form of tables in Cassandra. */
export const CASSANDRA_FORM = 'cassandra://HOST:PORT[,HOST:PORT]/KEYSPACE?dc=NAME';

const known = ['dc', 'consistency', 'replication'];

/**
 * Parses `//HOST:PORT[,HOST:PORT]/KEYSPACE?dc=NAME&consistency=LEVEL&replication=N`; the login and TLS come from the
 * environment: STOCKAFOLIO_CASSANDRA_USERNAME, _PASSWORD or _PASSWORD_FILE, _TLS=1, _CA_FILE.
 *
 * @throws ERR_URL_INVALID with what is wrong
 */
export function cassandraOptions(rest: string, env: NodeJS.ProcessEnv = process.env): CassandraOptions {
  const [, hosts = '', keyspace = '', query = ''] = /^\/\/([^/?]+)\/(\w+)(?:\?(.*))?$/.exec(rest) ?? [];
  const contactPoints = hosts.split(',').map((host) => (host.includes(':') ? host : `${host}:9042`));
  if (hosts === '' || contactPoints.some((point) => !/^[^:]+:\d+$/.test(point))) {
    throw invalid(rest, 'after the scheme it says hosts, ports and a keyspace of letters, digits and _');
  }
  const settings = new URLSearchParams(query);
  for (const name of settings.keys()) if (!known.includes(name)) throw invalid(rest, `nothing is called '${name}'`);
  const consistency = settings.get('consistency')?.toUpperCase();
  if (consistency !== undefined && !isConsistency(consistency)) {
    throw invalid(rest, `'${consistency}' is none of ${consistencies.join(', ')}`);
  }
  const replication = Number(settings.get('replication') ?? 1);
  if (!Number.isInteger(replication) || replication < 1) throw invalid(rest, 'replication is a whole number from 1');
  const username = env['STOCKAFOLIO_CASSANDRA_USERNAME'];
  return {
    contactPoints,
    keyspace,
    localDataCenter: settings.get('dc') ?? 'datacenter1',
    replication,
    ...(consistency === undefined ? {} : { consistency }),
    ...(username === undefined ? {} : { login: { username, password: secret('STOCKAFOLIO_CASSANDRA_PASSWORD', env) } }),
    ...tlsOf(env),
  };
}

function tlsOf(env: NodeJS.ProcessEnv): Pick<CassandraOptions, 'tls'> {
  const ca = env['STOCKAFOLIO_CASSANDRA_CA_FILE'];
  if (ca !== undefined) return { tls: { ca: secret('STOCKAFOLIO_CASSANDRA_CA', env), rejectUnauthorized: true } };
  return switchedOn('STOCKAFOLIO_CASSANDRA_TLS', env) ? { tls: { rejectUnauthorized: true } } : {};
}

function isConsistency(word: string): word is Consistency {
  return (consistencies as readonly string[]).includes(word);
}

function invalid(rest: string, why: string): StockafolioError {
  return new StockafolioError('ERR_URL_INVALID', `'cassandra:${rest}': ${why}`, { hint: `say ${CASSANDRA_FORM}` });
}
