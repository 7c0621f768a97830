import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { answers } from './answers.js';
import { freePorts } from './free-ports.js';
import { jarsOf } from './jars.js';
import { JavaProcess } from './java-process.js';
import type { Lifecycle, Server } from './server.js';
import { lifecycleOf, serverFolder, startServer } from './server-folder.js';

export interface HdfsServer extends Server {
  /** The datanode alone. */
  readonly dataNode: Lifecycle;
}

/** HDFS: a namenode and a datanode, with WebHDFS. */
export async function startHdfs(): Promise<HdfsServer> {
  const lib = await jarsOf('hdfs');
  const folder = await serverFolder('hdfs');
  const ports = await freePorts('rpc', 'http', 'data', 'dataHttp', 'dataIpc');
  const conf = await settings(folder, ports);
  const flags = [
    '-Xmx256m',
    '--add-opens',
    'java.base/java.lang=ALL-UNNAMED',
    '--add-opens',
    'java.base/java.util=ALL-UNNAMED',
    `-Dhadoop.home.dir=${folder}`,
    '-cp',
    `${conf}:${lib}/*`,
  ];
  const namenode = 'org.apache.hadoop.hdfs.server.namenode.NameNode';
  await promisify(execFile)('java', [...flags, namenode, '-format', '-nonInteractive']);
  const root = `http://127.0.0.1:${ports.http}/webhdfs/v1/`;
  const log = join(folder, 'namenode.log');
  const name = new JavaProcess({
    folder,
    args: [...flags, namenode],
    log,
    ready: () => answers(200, `${root}?op=LISTSTATUS&user.name=hdfs`),
  });
  const data = new JavaProcess({
    folder,
    args: [...flags, 'org.apache.hadoop.hdfs.server.datanode.DataNode'],
    log: join(folder, 'datanode.log'),
    // The namenode redirects a write only with a live datanode, and out of safe mode.
    ready: () => answers(307, `${root}.ready?op=CREATE&user.name=hdfs`, { method: 'PUT' }),
  });
  const facts = { name: 'hdfs', url: `hdfs://127.0.0.1:${ports.http}`, port: ports.http, log } as const;
  return { ...(await startServer(folder, facts, [name, data])), dataNode: lifecycleOf([data]) };
}

async function settings(
  folder: string,
  ports: Record<'rpc' | 'http' | 'data' | 'dataHttp' | 'dataIpc', number>,
): Promise<string> {
  const conf = join(folder, 'conf');
  for (const webapp of ['hdfs', 'datanode']) {
    const place = join(conf, 'webapps', webapp, 'WEB-INF');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'web.xml'), '<web-app/>\n');
  }
  await writeFile(join(conf, 'core-site.xml'), site({ 'fs.defaultFS': `hdfs://127.0.0.1:${ports.rpc}` }));
  await writeFile(
    join(conf, 'hdfs-site.xml'),
    site({
      'dfs.namenode.name.dir': `file://${folder}/name`,
      'dfs.datanode.data.dir': `file://${folder}/data`,
      'dfs.replication': '1',
      'dfs.permissions.enabled': 'false',
      'dfs.namenode.http-address': `127.0.0.1:${ports.http}`,
      'dfs.namenode.rpc-address': `127.0.0.1:${ports.rpc}`,
      'dfs.datanode.address': `127.0.0.1:${ports.data}`,
      'dfs.datanode.http.address': `127.0.0.1:${ports.dataHttp}`,
      'dfs.datanode.ipc.address': `127.0.0.1:${ports.dataIpc}`,
      'dfs.datanode.hostname': '127.0.0.1',
      'dfs.namenode.safemode.extension': '0',
      'dfs.namenode.heartbeat.recheck-interval': '1000',
      'dfs.heartbeat.interval': '1',
    }),
  );
  await writeFile(
    join(conf, 'log4j.properties'),
    'log4j.rootLogger=WARN, out\nlog4j.appender.out=org.apache.log4j.ConsoleAppender\nlog4j.appender.out.layout=org.apache.log4j.PatternLayout\nlog4j.appender.out.layout.ConversionPattern=%d{HH:mm:ss.SSS} %-5p %c{1} %m%n\n',
  );
  return conf;
}

function site(properties: Readonly<Record<string, string>>): string {
  const lines = Object.entries(properties).map(
    ([name, value]) => `  <property><name>${name}</name><value>${value}</value></property>\n`,
  );
  return `<configuration>\n${lines.join('')}</configuration>\n`;
}
