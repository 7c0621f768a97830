// What the command runs in the suites about topics: the pipeline that sends to them.
export { noticing as default } from '@stockafolio/conformance';
