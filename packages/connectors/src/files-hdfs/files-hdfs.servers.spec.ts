import { runFilesContract } from '@stockafolio/conformance';
import { useHdfs } from '@stockafolio/servers/mocha';
import { filesHdfs } from './files-hdfs.js';

describe('filesHdfs on a real server', () => {
  const hdfs = useHdfs();
  let stores = 0;

  runFilesContract('filesHdfs', {
    runs: 10,
    async fresh() {
      const store = { namenodes: [`127.0.0.1:${hdfs().port}`], path: `/contract/${process.pid}/${stores++}` };
      const files = filesHdfs(store);
      return {
        files,
        reopen: async () => filesHdfs(store),
        destroy: () => files.close(),
      };
    },
  });
});
