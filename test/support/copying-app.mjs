// What the command runs in the suite about tombstones on Kafka.
export { copying as default } from '@stockafolio/conformance';
