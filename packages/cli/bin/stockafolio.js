#!/usr/bin/env node
import { endBySignal } from '../dist/output/early-stop.js';

endBySignal(process.argv);
const { main } = await import('../dist/main.js');
await main(process.argv);
// The work is done and closed. A client library may still keep a socket that it has lost track of, as cassandra-driver
// does after a node was down, and that socket would keep the process alive.
process.stdout.write('', () => process.exit());
