import { startFakeKubelet, type FakeKubelet, type FakePod, type LogAnswer } from '@lacuna/testing';
import type { CaptureDeps } from '../src/capture.ts';
import { KubernetesRig, type CaptureRun, type RunOptions } from './kubernetes-rig.ts';

/** A pod of the fake kubelet, and captures of its log. */
interface CapturedPod {
  readonly pod: FakePod;
  readonly capture: (change?: Partial<CaptureDeps>, options?: Partial<RunOptions>) => CaptureRun;
}

/** Captures of logs that a fake kubelet serves, behind a real API server. */
export class KubeletRig implements AsyncDisposable {
  readonly rig: KubernetesRig;
  readonly kubelet: FakeKubelet;
  readonly #stack: AsyncDisposableStack;

  private constructor(rig: KubernetesRig, kubelet: FakeKubelet, stack: AsyncDisposableStack) {
    this.rig = rig;
    this.kubelet = kubelet;
    this.#stack = stack;
  }

  static async start(): Promise<KubeletRig> {
    await using starting = new AsyncDisposableStack();
    const rig = starting.use(await KubernetesRig.start());
    const kubelet = starting.use(await startFakeKubelet(rig.controlPlane));
    return new KubeletRig(rig, kubelet, starting.move());
  }

  /** `answers`: see `FakePod.serve`. */
  async pod(...answers: readonly LogAnswer[]): Promise<CapturedPod> {
    const pod = await this.kubelet.startPod(...answers);
    const { podName, podUid } = pod.container;
    return {
      pod,
      capture: (change = {}, options = {}) => this.rig.capture({ pod: podName, podUid, ...options }, change),
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
