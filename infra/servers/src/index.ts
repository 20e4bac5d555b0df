/**
 * Servers that Lacuna talks to, as local processes: finds the pinned nats-server, Jaeger and parts of Kubernetes or builds
 * them once, and runs them on a data folder. Each is pinned by a Go module beside `src/`.
 *
 * It refuses to download binaries, to listen anywhere but on 127.0.0.1, and to run two servers on one data folder. It knows
 * nothing of streams, subjects, spans or Jobs.
 */
export { resolveBinary, resolveServer } from './resolve-server.ts';
export { resolveBinaries } from './resolve-binaries.ts';
export { SERVERS } from './server-catalog.ts';
export type { ServerName } from './server-catalog.ts';
export { progressPrinter } from './progress.ts';
export type { OnProgress } from './progress.ts';
export { startNatsServer } from './nats-server.ts';
export type { NatsServer } from './nats-server.ts';
export { startJaeger } from './jaeger.ts';
export type { Jaeger } from './jaeger.ts';
export { startS3Server } from './s3-server.ts';
export type { S3Server } from './s3-server.ts';
export type { ServerExit, ServerProcess } from './server-process.ts';
export { CLUSTER_SERVERS } from './cluster-catalog.ts';
export { CONTROL_PLANE, startControlPlane } from './kubernetes/control-plane.ts';
export type { ControlPlane, ControlPlaneOptions } from './kubernetes/control-plane.ts';
export { startKwok } from './kubernetes/kwok.ts';
export type { Kwok, KwokOptions } from './kubernetes/kwok.ts';
export { startRealNode } from './kubernetes/real-node.ts';
export type { RealNode, RealNodeOptions } from './kubernetes/real-node.ts';
export { nodeProblem } from './kubernetes/node-prerequisites.ts';
export { BUSYBOX_IMAGE } from './kubernetes/node-images.ts';
export type { ImageSource } from './kubernetes/node-images.ts';
export { nodeRuntimeImage } from './kubernetes/node-runtime-image.ts';
export { nodeOf } from './kubernetes/node-readiness.ts';
export { requestApi } from './kubernetes/api-request.ts';
export { writeKubeconfig } from './kubernetes/kubeconfig.ts';
export type { ApiRequest } from './kubernetes/api-request.ts';
export { freePort } from './free-port.ts';
export { pauseProcess } from './pause-process.ts';
export { cacheFolder } from './server-cache.ts';
export { removeLeftovers } from './remove-leftovers.ts';
export { acquireBuildLock } from './build-lock.ts';
export { runCommand } from './command.ts';
export { programsOnPath } from './program-on-path.ts';
