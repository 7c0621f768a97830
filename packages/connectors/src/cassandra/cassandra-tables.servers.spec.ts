import { runTablesContract } from '@stockafolio/conformance';
import { useCassandra } from '@stockafolio/servers/mocha';
import { cassandraTables } from './index.js';

describe('tables in Cassandra', () => {
  const server = useCassandra();
  let keyspaces = 0;

  runTablesContract('cassandraTables', {
    firstOfVersionStays: false,
    runs: 20,
    fresh: async () => {
      keyspaces += 1;
      const options = {
        contactPoints: [`127.0.0.1:${server().port}`],
        keyspace: `contract_${keyspaces}`,
        localDataCenter: 'datacenter1',
      };
      const opened = [cassandraTables(options)];
      return {
        tables: opened[0] as ReturnType<typeof cassandraTables>,
        reopen: async () => {
          const other = cassandraTables(options);
          opened.push(other);
          return other;
        },
        pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        destroy: async () => {
          for (const tables of opened) await tables.close();
        },
      };
    },
  });
});
