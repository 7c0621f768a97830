// What the command runs in the suites about several streams.
export { accounts as default } from '@stockafolio/conformance';
