import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { listens } from './answers.js';
import { freePorts } from './free-ports.js';
import { jarsOf } from './jars.js';
import { JavaProcess } from './java-process.js';
import type { Server } from './server.js';
import { serverFolder, startServer } from './server-folder.js';

export interface KafkaOptions {
  /** Requires this login from clients (SASL PLAIN). */
  readonly login?: { readonly username: string; readonly password: string };
  /** More lines of server.properties. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** Kafka in KRaft mode: one node, broker and controller. Topics are not created automatically. */
export async function startKafka(options: KafkaOptions = {}): Promise<Server> {
  const lib = await jarsOf('kafka');
  const folder = await serverFolder('kafka');
  const ports = await freePorts('broker', 'controller');
  const config = join(folder, 'server.properties');
  const log = join(folder, 'kafka.log');
  await writeFile(config, properties(folder, ports, options));
  await promisify(execFile)('java', [
    '-cp',
    `${lib}/*`,
    'kafka.tools.StorageTool',
    'format',
    // As one argument: an id may begin with a dash.
    `--cluster-id=${randomBytes(16).toString('base64url')}`,
    '-c',
    config,
  ]);
  const broker = new JavaProcess({
    folder,
    args: ['-Xmx1g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', `${lib}/*`, 'kafka.Kafka', config],
    log,
    ready: () => listens(ports.broker),
  });
  const facts = { name: 'kafka', url: `kafka://127.0.0.1:${ports.broker}`, port: ports.broker, log } as const;
  return startServer(folder, facts, [broker]);
}

function properties(
  folder: string,
  ports: { readonly broker: number; readonly controller: number },
  { login, properties: more }: KafkaOptions,
): string {
  const protocol = login === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT';
  const lines: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    listeners: `CLIENT://127.0.0.1:${ports.broker},CONTROLLER://127.0.0.1:${ports.controller}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${ports.broker}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': `CLIENT:${protocol},CONTROLLER:PLAINTEXT`,
    'inter.broker.listener.name': 'CLIENT',
    'log.dirs': join(folder, 'data'),
    'num.partitions': '4',
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'group.min.session.timeout.ms': '1000',
    ...(login === undefined ? {} : saslLines(login)),
    ...more,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function saslLines({ username, password }: { username: string; password: string }): Record<string, string> {
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  return {
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.client.plain.sasl.jaas.config': `${module} username="${username}" password="${password}" user_${username}="${password}";`,
  };
}
