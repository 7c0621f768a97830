import { readFileSync } from 'node:fs';
import { messageOf, StockafolioError } from '@stockafolio/core';
import type { KafkaPlace, KafkaSasl } from '@stockafolio/runner-stream/kafka';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * TLS and login for Kafka, by the environment alone: secrets stand in no command line and are never printed.
 *
 * STOCKAFOLIO_KAFKA_SSL (true, or false), _SSL_CA_FILE, _SSL_CERT_FILE and _SSL_KEY_FILE; _SASL_MECHANISM, _USERNAME, and
 * _PASSWORD or _PASSWORD_FILE.
 *
 * @throws ERR_USAGE naming the variable that is wrong, never its value where that may be secret
 */
export function kafkaAccess(environment: Environment): Pick<KafkaPlace, 'ssl' | 'sasl'> {
  const get = (name: string): string | undefined => {
    const value = environment[`STOCKAFOLIO_KAFKA_${name}`];
    return value === '' ? undefined : value;
  };
  const ssl = sslOf(get);
  const sasl = saslOf(get);
  return { ...(ssl === undefined ? {} : { ssl }), ...(sasl === undefined ? {} : { sasl }) };
}

type Get = (name: string) => string | undefined;

function sslOf(get: Get): KafkaPlace['ssl'] {
  const asked = get('SSL')?.toLowerCase();
  const files = { ca: get('SSL_CA_FILE'), cert: get('SSL_CERT_FILE'), key: get('SSL_KEY_FILE') };
  const named = Object.values(files).some((file) => file !== undefined);
  if (asked !== undefined && asked !== 'true' && asked !== 'false')
    throw wrong('SSL', 'is neither true nor false', 'true for TLS, by the authorities that this system knows');
  if (asked === 'false' || (asked === undefined && !named)) return undefined;
  if (!named) return true;
  return {
    ...(files.ca === undefined ? {} : { ca: read(files.ca, 'SSL_CA_FILE') }),
    ...(files.cert === undefined ? {} : { cert: read(files.cert, 'SSL_CERT_FILE') }),
    ...(files.key === undefined ? {} : { key: read(files.key, 'SSL_KEY_FILE') }),
  };
}

function saslOf(get: Get): KafkaSasl | undefined {
  const username = get('USERNAME');
  const file = get('PASSWORD_FILE');
  const password =
    get('PASSWORD') ?? (file === undefined ? undefined : read(file, 'PASSWORD_FILE').replace(/\r?\n$/, ''));
  const asked = get('SASL_MECHANISM');
  if (asked === undefined && username === undefined && password === undefined) return undefined;
  const mechanism = mechanisms.find((known) => known === (asked ?? 'plain').toLowerCase());
  if (mechanism === undefined)
    throw wrong('SASL_MECHANISM', `'${asked ?? ''}' is not known`, `one of ${mechanisms.join(', ')}`);
  if (username === undefined) throw wrong('USERNAME', 'is not set', 'the user who logs in');
  if (password === undefined)
    throw wrong('PASSWORD', 'is not set', 'or STOCKAFOLIO_KAFKA_PASSWORD_FILE, a file that holds it');
  return { mechanism, username, password };
}

function read(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong(name, `names a file that cannot be read: ${messageOf(error)}`, 'a file that this user may read');
  }
}

function wrong(name: string, what: string, hint: string): StockafolioError {
  return new StockafolioError('ERR_USAGE', `STOCKAFOLIO_KAFKA_${name} ${what}`, { hint: `set it: ${hint}` });
}
