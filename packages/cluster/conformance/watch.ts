import type { Cluster, ContainerEnd, JobSnapshot, Observation, PodSnapshot, WarningEvent } from '../src/index.ts';

/** What one observer has been told so far, and waiting for it to be told more. */
export class Watch implements AsyncDisposable {
  readonly told: Observation[] = [];
  readonly #abort = new AbortController();
  readonly #patienceMs: number;
  readonly #reading: Promise<void>;
  readonly #checks = new Set<() => void>();

  constructor(cluster: Cluster, patienceMs: number) {
    this.#patienceMs = patienceMs;
    this.#reading = this.#read(cluster);
  }

  /** The first value that `find` has for what was told; rejects with what was told last. */
  until<Found>(what: string, find: () => Found | undefined): Promise<Found> {
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const check = (): void => {
      const found = find();
      if (found !== undefined) resolve(found);
    };
    const timer = setTimeout(() => {
      const last = this.told.slice(-5).map((observation) => JSON.stringify(observation));
      reject(new Error(`not told in ${this.#patienceMs} ms: ${what}; told last: ${last.join(', ') || 'nothing'}`));
    }, this.#patienceMs);
    this.#checks.add(check);
    check();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#checks.delete(check);
    });
  }

  synced(times = 1): Promise<true> {
    const count = (): number => this.told.filter(({ kind }) => kind === 'synced').length;
    return this.until(`${times} x synced`, () => (count() >= times ? true : undefined));
  }

  /** The Job as it was told last. */
  job(uid: string): JobSnapshot | undefined {
    return this.told.flatMap((told) => (told.kind === 'job' && told.job.uid === uid ? [told.job] : [])).at(-1);
  }

  /** The pods of a Job, each as it was told last. */
  pods(jobUid: string): PodSnapshot[] {
    const pods = this.told.flatMap((told) => (told.kind === 'pod' && told.pod.jobUid === jobUid ? [told.pod] : []));
    return [...new Map(pods.map((pod) => [pod.uid, pod])).values()];
  }

  /** The warnings about an object, each once. */
  warnings(uid: string): WarningEvent[] {
    const all = this.told.flatMap((told) =>
      told.kind === 'warning' && told.warning.uid === uid ? [told.warning] : [],
    );
    return [...new Map(all.map((warning) => [`${warning.reason} ${warning.at}`, warning])).values()];
  }

  isGone(uid: string): boolean {
    return this.told.some((told) => told.kind === 'vanished' && told.uid === uid);
  }

  started(jobUid: string): Promise<PodSnapshot & { readonly started: NonNullable<PodSnapshot['started']> }> {
    return this.until(`a started container of ${jobUid}`, () => {
      const pod = this.pods(jobUid).find((candidate) => candidate.started !== undefined);
      return pod?.started === undefined ? undefined : { ...pod, started: pod.started };
    });
  }

  ended(jobUid: string): Promise<ContainerEnd> {
    return this.until(`an ended container of ${jobUid}`, () => this.pods(jobUid).find((pod) => pod.ended)?.ended);
  }

  finished(jobUid: string): Promise<NonNullable<JobSnapshot['finished']>> {
    return this.until(`the end of Job ${jobUid}`, () => this.job(jobUid)?.finished);
  }

  /** The end of the container and of the Job: which of the two is told first is not said. */
  async done(jobUid: string): Promise<void> {
    await this.ended(jobUid);
    await this.finished(jobUid);
  }

  vanished(uid: string): Promise<true> {
    return this.until(`that ${uid} vanished`, () => (this.isGone(uid) ? true : undefined));
  }

  /** Aborts the observation and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#reading;
  }

  async #read(cluster: Cluster): Promise<void> {
    for await (const observation of cluster.observe(this.#abort.signal)) {
      this.told.push(observation);
      for (const check of this.#checks) check();
    }
  }
}
