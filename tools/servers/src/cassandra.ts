import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listens } from './answers.js';
import { freePorts } from './free-ports.js';
import { jarsOf } from './jars.js';
import { JavaProcess } from './java-process.js';
import { logbackFile } from './logback.js';
import type { Server } from './server.js';
import { serverFolder, startServer } from './server-folder.js';

const exported = [
  'java.base/jdk.internal.misc',
  'java.base/java.lang.ref',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'java.rmi/sun.rmi.registry',
  'java.rmi/sun.rmi.server',
  'java.sql/java.sql',
  'jdk.unsupported/sun.misc',
  'jdk.compiler/com.sun.tools.javac.file',
  'jdk.attach/sun.tools.attach',
];

const opened = [
  ...['java.lang', 'java.lang.module', 'java.lang.reflect', 'java.util', 'java.io', 'java.nio', 'sun.nio.ch'],
  ...['jdk.internal.loader', 'jdk.internal.ref', 'jdk.internal.reflect', 'jdk.internal.math', 'jdk.internal.module'],
  'jdk.internal.util.jar',
].map((name) => `java.base/${name}`);
opened.push('jdk.management/com.sun.management.internal', 'jdk.compiler/com.sun.tools.javac');

/**
 * One Cassandra node; its data centre is `datacenter1`.
 *
 * It shares few processors with everything else, so its background work is kept short for waiting clients. Garbage is
 * collected in pauses of about 30 ms (by default the heap fills up first, with pauses of 100 ms), and one thread each
 * flushes and compacts.
 */
export async function startCassandra(): Promise<Server> {
  const lib = await jarsOf('cassandra');
  const folder = await serverFolder('cassandra');
  const ports = await freePorts('cql', 'storage');
  const config = join(folder, 'cassandra.yaml');
  await writeFile(config, settings(folder, ports));
  const log = join(folder, 'cassandra.log');
  const node = new JavaProcess({
    folder,
    args: [
      ...['-Xms2g', '-Xmx2g', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=30', '-Djdk.attach.allowAttachSelf=true'],
      '-Dio.netty.tryReflectionSetAccessible=true',
      ...exported.flatMap((name) => ['--add-exports', `${name}=ALL-UNNAMED`]),
      ...opened.flatMap((name) => ['--add-opens', `${name}=ALL-UNNAMED`]),
      `-javaagent:${lib}/jamm-0.4.0.jar`,
      `-Dcassandra.config=file://${config}`,
      `-Dcassandra.storagedir=${folder}`,
      '-Dcassandra-foreground=yes',
      '-Dcassandra.skip_wait_for_gossip_to_settle=0',
      '-Dcassandra.ring_delay_ms=0',
      `-Dlogback.configurationFile=${await logbackFile(folder)}`,
      ...['-cp', `${lib}/*`, 'org.apache.cassandra.service.CassandraDaemon'],
    ],
    log,
    ready: () => listens(ports.cql),
  });
  const facts = { name: 'cassandra', url: `cassandra://127.0.0.1:${ports.cql}`, port: ports.cql, log } as const;
  return startServer(folder, facts, [node]);
}

function settings(folder: string, ports: { readonly cql: number; readonly storage: number }): string {
  return `cluster_name: test
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
num_tokens: 1
commitlog_sync: periodic
commitlog_sync_period: 10000ms
endpoint_snitch: SimpleSnitch
listen_address: 127.0.0.1
rpc_address: 127.0.0.1
native_transport_port: ${ports.cql}
storage_port: ${ports.storage}
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters:
      - seeds: 127.0.0.1:${ports.storage}
data_file_directories: [${folder}/data]
commitlog_directory: ${folder}/commitlog
saved_caches_directory: ${folder}/saved_caches
hints_directory: ${folder}/hints
cdc_raw_directory: ${folder}/cdc_raw
storage_compatibility_mode: NONE
auto_snapshot: false
memtable:
  configurations:
    trie:
      class_name: TrieMemtable
    default:
      inherits: trie
memtable_allocation_type: offheap_objects
memtable_flush_writers: 1
concurrent_compactors: 1
sstable:
  selected_format: bti
`;
}
