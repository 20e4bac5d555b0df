/**
 * What tests share: real servers as disposable fixtures, temporary folders, and waiting for a condition.
 *
 * It refuses to be imported by the product, to fake a server that can be run for real, and to sleep for a fixed time.
 */
export { eventually } from './eventually.ts';
export { tempDir } from './temp-dir.ts';
export type { TempDir } from './temp-dir.ts';
export { startNats } from './nats-fixture.ts';
export type { NatsFixture } from './nats-fixture.ts';
export { jaegerTrace, startTestJaeger } from './jaeger-fixture.ts';
export type { JaegerFixture } from './jaeger-fixture.ts';
export { startS3 } from './s3-fixture.ts';
export type { S3Fixture } from './s3-fixture.ts';
export type { JaegerSpan } from './jaeger-trace.ts';
export { startTestControlPlane } from './control-plane-fixture.ts';
export { startTestKwok } from './kwok-fixture.ts';
export { startTestNode, type TestNodeOptions } from './node-fixture.ts';
export { cannotRun, problemWith, serverBinaries } from './server-binary.ts';
export { applyManifest, getJson, getText } from './cluster-objects.ts';
export { applyQuota } from './apply-quota.ts';
export type { Manifest } from './cluster-objects.ts';
export type { ControlPlane, RealNode } from '@lacuna/servers';
export { CONTROL_PLANE, freePort, nodeProblem } from '@lacuna/servers';
export { startFakeKubelet } from './fake-kubelet.ts';
export type { FakeKubelet } from './fake-kubelet.ts';
export type { FakePod, LogAnswer, LogRequest } from './fake-pod.ts';
export { logRecords, stampedLog } from './log-formats.ts';
export type { NodeFolder } from './node-folder.ts';
