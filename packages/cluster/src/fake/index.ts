/** A cluster in memory for tests of services. It passes the conformance suite; it runs nothing. */
export { FakeCluster } from './fake-cluster.ts';
export { FakePod } from './fake-pod.ts';
