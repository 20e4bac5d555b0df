import { startTestControlPlane } from '@lacuna/testing';
import { readFile } from 'node:fs/promises';

export interface LoopbackTls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A certificate that is good for all of loopback, and its key: those of a control plane, which is gone again. */
export async function loopbackTls(): Promise<LoopbackTls> {
  await using controlPlane = await startTestControlPlane();
  return { cert: await readFile(controlPlane.caFile), key: await readFile(controlPlane.apiServer.keyFile) };
}
