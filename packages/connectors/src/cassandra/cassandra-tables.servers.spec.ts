import { runDecimalTablesContract, runTablesContract, type TablesHarness } from '@stockafolio/conformance';
import { useCassandra } from '@stockafolio/servers/mocha';
import { int64, table, text, type StockafolioError } from '@stockafolio/core';
import driver from 'cassandra-driver';
import { expect } from 'chai';
import { cassandraTables } from './index.js';

describe('tables in Cassandra', () => {
  const server = useCassandra();
  let keyspaces = 0;

  const harness: TablesHarness = {
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
  };
  runTablesContract('cassandraTables', harness);
  runDecimalTablesContract('cassandraTables', { ...harness, runs: 3 });

  for (const drop of ['KEYSPACE dropped', 'TABLE dropped.counters']) {
    it(`say what to do if the ${drop.startsWith('KEY') ? 'keyspace' : 'table'} was dropped during use`, async () => {
      const contact = { contactPoints: [`127.0.0.1:${server().port}`], localDataCenter: 'datacenter1' };
      const counters = table('counters', { partitionBy: ['name'] }, { name: text(), count: int64() });
      const tables = cassandraTables({ ...contact, keyspace: 'dropped' });
      const client = new driver.Client(contact);
      try {
        await tables.create([counters]);
        const rows = [{ table: counters, values: ['a', 1], version: 1 }];
        await tables.write(rows);
        await client.execute(`DROP ${drop}`);
        for (const use of [() => tables.write(rows), () => tables.get(counters, ['a'])]) {
          const error = await use().then(
            () => expect.fail('it was dropped'),
            (thrown: unknown) => thrown as StockafolioError,
          );
          expect(error.code, error.message).to.equal('ERR_TABLE_UNKNOWN');
          expect(error.hint).to.contain('dropped');
        }
      } finally {
        await client.shutdown();
        await tables.close();
      }
    });
  }
});
