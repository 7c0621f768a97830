#!/usr/bin/env node
import { endBySignal } from '../dist/output/early-stop.js';

endBySignal(process.argv);
const { main } = await import('../dist/main.js');
await main(process.argv);
// What was asked for is done and closed. A client library may still keep a socket that it has lost track of, as
// cassandra-driver does after a node was away, and the process with it.
process.stdout.write('', () => process.exit());
