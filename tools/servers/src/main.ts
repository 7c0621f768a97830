import { startCassandra, startHdfs, startKafka, startS3, whatIsMissing, type Server } from './index.js';

/** Starts all four servers, prints their addresses, and keeps them running until Ctrl-C. */
async function main(): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const missing = whatIsMissing();
  if (missing !== '') {
    process.stderr.write(
      `The servers need ${missing}. With a container engine, docker compose up in tools/servers starts the same set.\n`,
    );
    process.exitCode = 3;
    return;
  }
  say('Starting Kafka, Cassandra, HDFS and S3; the first time their jars are fetched, about 270 MB.');
  const servers: Server[] = [];
  const end = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
    process.exit();
  };
  process.on('SIGINT', () => void end());
  process.on('SIGTERM', () => void end());
  for (const start of [startKafka, startCassandra, startHdfs, startS3]) {
    const server = await start();
    servers.push(server);
    say(`  ${server.name.padEnd(10)}${addressOf(server)}`);
  }
  say('Running until Ctrl-C; their data go with them.');
}

function addressOf({ name, url }: Server): string {
  switch (name) {
    case 'kafka':
      return `${url}/trades`;
    case 'cassandra':
      return `${url}/stockafolio?dc=datacenter1`;
    case 'hdfs':
      return `${url}/stockafolio`;
    case 's3':
      return `s3://stockafolio/archive?endpoint=${url}&region=us-east-1`;
  }
}

await main();
