import { systemClock } from '@stockafolio/connectors/clock-system';
import { compressions, type KafkaProducerOptions, type KafkaSourceOptions } from '@stockafolio/connectors/kafka';
import { StockafolioError } from '@stockafolio/core';
import { kafkaAccess } from './kafka-access.js';

/** The URL form of a topic of Kafka. */
export const KAFKA_FORM = 'kafka://HOST:PORT[,HOST:PORT]/TOPIC';

/**
 * The topic that a URL names, `kafka://HOST:PORT[,HOST:PORT]/TOPIC`, and the access from the environment. With
 * `?session=MS` a process without a heartbeat for this long loses its partitions; defaults to 30,000. With
 * `?compression=NAME` written messages are compressed.
 *
 * @throws ERR_URL_INVALID, and ERR_USAGE naming the wrong variable
 */
export function kafkaPlace(url: string): KafkaSourceOptions & Pick<KafkaProducerOptions, 'compression'> {
  const [, hosts = '', topic = '', query = ''] = /^kafka:\/\/([^/]*)\/([^?]*)(?:\?(.*))?$/.exec(url) ?? [];
  const brokers = hosts.split(',').map((host) => host.trim());
  const bad = brokers.find((broker) => !isAddress(broker));
  if (bad !== undefined) throw invalid(url, bad === '' ? 'no broker is named' : `'${bad}' is not HOST:PORT`);
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(topic) || topic === '.' || topic === '..')
    throw invalid(
      url,
      topic === '' ? 'no topic is named' : `'${topic}' is not a topic name: use letters, digits, . _ and -`,
    );
  const settings = new URLSearchParams(query);
  for (const name of settings.keys())
    if (name !== 'session' && name !== 'compression') throw invalid(url, `nothing is called '${name}'`);
  const session = settings.get('session');
  const sessionTimeout = Number(session);
  if (session !== null && !(Number.isInteger(sessionTimeout) && sessionTimeout >= 1_000))
    throw invalid(url, 'session is a whole number of milliseconds from 1000');
  const asked = settings.get('compression');
  const compression = compressions.find((each) => each === asked);
  if (asked !== null && compression === undefined)
    throw invalid(url, `compression is one of ${compressions.join(', ')}`);
  return {
    ...(session === null ? {} : { sessionTimeout, heartbeatInterval: Math.min(3_000, Math.floor(sessionTimeout / 3)) }),
    ...(compression === undefined ? {} : { compression }),
    brokers,
    topic,
    clock: systemClock,
    ...kafkaAccess(process.env),
  };
}

function isAddress(broker: string): boolean {
  const port = Number(/^[A-Za-z0-9._-]+:(\d+)$/.exec(broker)?.[1]);
  return port >= 1 && port <= 65_535;
}

function invalid(url: string, what: string): StockafolioError {
  // A URL must not contain a login; one that is there by mistake is not repeated.
  const shown = url.includes('@') ? 'kafka://...' : url;
  const reason = url.includes('@') ? 'it must not contain a login' : what;
  return new StockafolioError('ERR_URL_INVALID', `'${shown}': ${reason}`, {
    hint: `write ${KAFKA_FORM}; a login comes from STOCKAFOLIO_KAFKA_USERNAME and _PASSWORD_FILE`,
  });
}
