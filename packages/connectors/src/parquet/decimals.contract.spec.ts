import { runDecimalsContract, type DecimalRow } from '@stockafolio/conformance';
import { memoryFiles } from '@stockafolio/testing';
import { openParquet, parquetColumns, readRows, writeParquet } from './index.js';

runDecimalsContract('parquet', {
  keep: async (schema, rows) => {
    const files = memoryFiles();
    await writeParquet(files, 'decimals', parquetColumns(schema), [rows]);
    const kept: DecimalRow[] = [];
    for await (const part of readRows(await openParquet(files, 'decimals'), schema))
      kept.push(...(part as DecimalRow[]));
    return kept;
  },
});
