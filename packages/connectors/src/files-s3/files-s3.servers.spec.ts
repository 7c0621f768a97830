import { runFilesContract } from '@stockafolio/conformance';
import { useS3 } from '@stockafolio/servers/mocha';
import { filesS3 } from './files-s3.js';

describe('filesS3 on a real server', () => {
  const s3 = useS3();
  let stores = 0;

  runFilesContract('filesS3', {
    runs: 10,
    async fresh() {
      const store = { endpoint: s3().url, bucket: await s3().bucket(), prefix: `contract/${stores++}` };
      const files = filesS3(store);
      return {
        files,
        reopen: async () => filesS3(store),
        destroy: () => files.close(),
      };
    },
  });
});
