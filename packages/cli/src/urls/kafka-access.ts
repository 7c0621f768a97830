import type { KafkaPlace, KafkaSasl } from '@stockafolio/connectors/kafka';
import { StockafolioError } from '@stockafolio/core';
import { secret } from './secret.js';
import { switchedOn } from './switched-on.js';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

const name = (of: string): string => `STOCKAFOLIO_KAFKA_${of}`;

/**
 * TLS and login for Kafka, from the environment alone: STOCKAFOLIO_KAFKA_TLS=1, _CA_FILE, _CERT_FILE and _KEY_FILE;
 * _USERNAME, _PASSWORD or _PASSWORD_FILE, and _SASL_MECHANISM, which defaults to plain.
 *
 * @throws ERR_USAGE naming the wrong variable, never its value if that may be secret
 */
export function kafkaAccess(env: NodeJS.ProcessEnv): Pick<KafkaPlace, 'ssl' | 'sasl'> {
  return { ...tlsOf(env), ...loginOf(env) };
}

function tlsOf(env: NodeJS.ProcessEnv): Pick<KafkaPlace, 'ssl'> {
  const files = (['CA', 'CERT', 'KEY'] as const).filter((part) => env[name(`${part}_FILE`)] !== undefined);
  if (files.length === 0) return switchedOn(name('TLS'), env) ? { ssl: true } : {};
  return { ssl: Object.fromEntries(files.map((part) => [part.toLowerCase(), secret(name(part), env)])) };
}

function loginOf(env: NodeJS.ProcessEnv): { readonly sasl?: KafkaSasl } {
  const username = env[name('USERNAME')];
  if (username === undefined) return {};
  const asked = env[name('SASL_MECHANISM')] ?? 'plain';
  const mechanism = mechanisms.find((known) => known === asked.toLowerCase());
  if (mechanism === undefined)
    throw new StockafolioError('ERR_USAGE', `${name('SASL_MECHANISM')}: '${asked}' is not known`, {
      hint: `say one of ${mechanisms.join(', ')}`,
    });
  return { sasl: { mechanism, username, password: secret(name('PASSWORD'), env) } };
}
