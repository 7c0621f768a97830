// What the command runs in the suites about topics: the pipeline that reads one of them.
export { noticed as default } from '@stockafolio/conformance';
