import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerFile, type FileRequest, type NodeFolder } from './node-folder.ts';

/** How a request for a container's log is answered. */
export type LogAnswer = (response: ServerResponse, request: LogRequest) => void | Promise<void>;

export interface LogRequest {
  readonly follow: boolean;
  readonly timestamps: boolean;
}

/** A pod of a fake kubelet, with one container whose log is served as it is told. */
export class FakePod {
  /** In the terms of the cluster's port. */
  readonly container: { readonly podName: string; readonly podUid: string; readonly containerId: string };
  /** Its node. */
  readonly node: string;
  readonly #filesRead: string[] = [];
  #answers: readonly LogAnswer[] = [];
  #requests = 0;
  #files: () => NodeFolder = () => 404;

  constructor(podName: string, podUid: string, node: string) {
    this.container = { podName, podUid, containerId: 'c' };
    this.node = node;
  }

  /** How requests for its log are answered, one after the other; the last answer is for all that follow. */
  serve(...answers: readonly LogAnswer[]): void {
    this.#answers = answers;
  }

  /** How many requests for its log there were. */
  get requests(): number {
    return this.#requests;
  }

  /** What is in the folder of its log, by name, at each request for it; a status instead of that is the answer to all. There is no such folder unless told. */
  serveFiles(files: () => NodeFolder): void {
    this.#files = files;
  }

  /** The files and folders that were asked for, by name, such as `0.log` or `0.log from 120`; the folder is ''. */
  get filesRead(): readonly string[] {
    return this.#filesRead;
  }

  answerLog(response: ServerResponse, asked: LogRequest): void {
    const answer = this.#answers[Math.min(this.#requests++, this.#answers.length - 1)];
    const answering = (answer ?? (() => void response.writeHead(404).end()))(response, asked);
    void Promise.resolve(answering).catch(() => response.destroy());
  }

  answerFile({ headers }: IncomingMessage, response: ServerResponse, asked: FileRequest): void {
    this.#filesRead.push(asked.from === undefined ? asked.name : `${asked.name} from ${asked.from}`);
    // A kubelet has files of no kind, and so none for who asks for one.
    answerFile(response, headers.accept === '*/*' ? this.#files() : 406, asked);
  }
}
