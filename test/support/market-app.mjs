// What the command runs in the suite about joins and repartitions under faults.
export { market as default } from '@stockafolio/conformance';
